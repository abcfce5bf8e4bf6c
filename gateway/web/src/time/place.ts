/** Where what is planned stands in the calendar of whoever looks: by the clocks of their zone. */

import type { CalendarEvent } from "../api/types.ts";
import { type Day, daysBetween, daysFrom, shiftDay } from "../dates.ts";
import {
  dayIn,
  fromApi,
  inZone,
  later,
  MINUTES_OF_DAY,
  minutesBetween,
  shift,
  type WallClock,
  wallClock,
} from "./clock.ts";

/** An event or an occurrence, by the clocks here. `end` is `start` when none is said. */
export interface Placed {
  event: CalendarEvent;
  key: string;
  start: WallClock;
  end: WallClock;
  hasEnd: boolean;
  isAllDay: boolean;
  /** Whether it is a bar over days rather than a time on one. */
  isLong: boolean;
  firstDay: Day;
  lastDay: Day;
}

/** Names an event, or one occurrence of it. */
export const keyOf = (event: Pick<CalendarEvent, "id" | "occurrence">): string =>
  event.occurrence ? `${event.id} ${event.occurrence}` : event.id;

const places = new WeakMap<CalendarEvent, Placed>();

/** Place an event. `here`: the zone of whoever looks, always the same; null if unknown. */
export function place(event: CalendarEvent, here: string | null): Placed {
  const known = places.get(event) ?? placed(event, here);
  places.set(event, known);
  return known;
}

function placed(event: CalendarEvent, here: string | null): Placed {
  const isAllDay = event.all_day === "true";
  const start = clockHere(event.starts_at, event, here);
  const end = isAllDay ? endOfDays(event, start) : event.ends_at ? clockHere(event.ends_at, event, here) : start;
  return {
    event,
    key: keyOf(event),
    start,
    end: later(start, end),
    hasEnd: event.ends_at !== null,
    isAllDay,
    isLong: isAllDay || minutesBetween(start, end) >= MINUTES_OF_DAY,
    firstDay: dayIn(start),
    lastDay: end > start ? dayIn(shift(end, -1)) : dayIn(start),
  };
}

function clockHere(text: string, event: CalendarEvent, here: string | null): WallClock {
  if (text.length === 10) return wallClock(text, "00:00");
  return event.time_zone && here ? inZone(Date.parse(text), here) : text.slice(0, 16);
}

/** An event of whole days without an end takes its one day. */
const endOfDays = (event: CalendarEvent, start: WallClock): WallClock =>
  wallClock(event.ends_at ?? shiftDay(dayIn(start), 1), "00:00");

/** The same at another time, as long as it is dragged there. */
export const placedAt = (placed: Placed, start: WallClock, end: WallClock): Placed => ({
  ...placed,
  start,
  end,
  hasEnd: end > start,
  isLong: minutesBetween(start, end) >= MINUTES_OF_DAY,
  firstDay: dayIn(start),
  lastDay: end > start ? dayIn(shift(end, -1)) : dayIn(start),
});

/** By time; of those that begin together the longer first, then as the API orders them. */
export const inTimeOrder = (a: Placed, b: Placed): number =>
  compare(a.start, b.start) || compare(b.end, a.end) || compare(a.key, b.key);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** What takes place on each day, in order; an event of several days on each of them. */
export function byDay(all: readonly Placed[]): ReadonlyMap<Day, Placed[]> {
  const days = new Map<Day, Placed[]>();
  for (const one of all.toSorted(inTimeOrder)) {
    for (const day of daysFrom(one.firstDay, daysBetween(one.firstDay, one.lastDay) + 1)) {
      const others = days.get(day);
      if (others) others.push(one);
      else days.set(day, [one]);
    }
  }
  return days;
}

/** Whether the clocks here and those of the event's zone differ while it takes place. */
export function isElsewhere({ event, start, end, hasEnd }: Placed): boolean {
  if (!event.time_zone) return false;
  return start !== fromApi(event.datetime) || (hasEnd && !!event.end_datetime && end !== fromApi(event.end_datetime));
}

/** Whether two times overlap. What takes no time overlaps what it falls into. */
export const overlap = (a: Pick<Placed, "start" | "end">, b: Pick<Placed, "start" | "end">): boolean =>
  a.start < behind(b) && b.start < behind(a);

const behind = ({ start, end }: Pick<Placed, "start" | "end">): WallClock => (end > start ? end : shift(start, 1));
