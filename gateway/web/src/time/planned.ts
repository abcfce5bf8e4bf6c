/** Events for tests. */

import type { CalendarEvent } from "../api/types.ts";
import { toApi, wallClock } from "./clock.ts";
import { type Placed, place } from "./place.ts";

const clockOf = (text: string): string => (text.length === 10 ? wallClock(text, "00:00") : text);

/** An event from a day or a wall clock to another; what is said of it otherwise does not matter. */
export function anEvent(
  name: string,
  start: string,
  end: string | null,
  more: Partial<CalendarEvent> = {},
): CalendarEvent {
  const text = (time: string) => (time.length === 10 ? time : `${time}:00`);
  return {
    id: name,
    type: "single",
    name,
    is_private: "true",
    datetime: toApi(clockOf(start)),
    end_datetime: end && toApi(clockOf(end)),
    all_day: start.length === 10 ? "true" : "false",
    time_zone: null,
    recurrence: null,
    occurrence: null,
    starts_at: text(start),
    ends_at: end && text(end),
    address: "Home",
    description: "",
    icon: "cake.svg",
    ...more,
  };
}

export const planned = (...given: Parameters<typeof anEvent>): Placed => place(anEvent(...given), "UTC");
