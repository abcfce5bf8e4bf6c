/** When something takes place, in words. */

import type { Day } from "../dates.ts";
import { dayIn, fromApi, timeIn, type WallClock } from "../time/clock.ts";
import { isElsewhere, type Placed } from "../time/place.ts";
import { inWords, t } from "./index.ts";

/** In full, by the clocks here. */
export function whenInWords(placed: Placed): string {
  const { firstDay, lastDay, isAllDay, start, end, hasEnd } = placed;
  const days = firstDay === lastDay ? inWords().fullDay(firstDay) : inWords().fullDays(firstDay, lastDay);
  if (isAllDay) return firstDay === lastDay ? `${days}, ${t().allDay.toLocaleLowerCase()}` : days;
  if (firstDay === lastDay) return `${days}, ${timesInWords(start, hasEnd ? end : start)}`;
  return `${inWords().moment(firstDay, timeIn(start))} – ${inWords().moment(dayIn(end), timeIn(end))}`;
}

/** The times on one of its days: "19:00–22:00", "All day", "from 22:00", "until 02:00". */
export function timesOn(placed: Placed, day: Day): string {
  const { firstDay, lastDay, isAllDay, start, end } = placed;
  if (isAllDay) return firstDay === lastDay ? t().allDay : inWords().days(firstDay, lastDay);
  if (firstDay === lastDay) return timesInWords(start, end);
  if (day === firstDay) return t().from(inWords().time(timeIn(start)));
  return day === lastDay ? t().until(inWords().time(timeIn(end))) : t().allDay;
}

const timesInWords = (start: WallClock, end: WallClock): string =>
  end > start ? inWords().times(timeIn(start), timeIn(end)) : inWords().time(timeIn(start));

/** What the clocks of the event's zone show, and which zone that is; null if they show the same as those here. */
export function elsewhereInWords(placed: Placed): string | null {
  const { datetime, end_datetime, time_zone } = placed.event;
  if (!time_zone || !isElsewhere(placed)) return null;
  const [start, end] = [fromApi(datetime), end_datetime && fromApi(end_datetime)];
  const isHere = dayIn(start) === placed.firstDay;
  const isOneDay = !end || dayIn(end) === dayIn(start);
  const from = isHere && isOneDay ? timesInWords(start, end ?? start) : inWords().moment(dayIn(start), timeIn(start));
  const to = isOneDay || !end ? "" : ` – ${inWords().moment(dayIn(end), timeIn(end))}`;
  return `${from}${to} ${zoneInWords(time_zone)}`;
}

/** "Europe/Berlin" is what people know their zone by. */
export const zoneInWords = (zone: string): string => zone.replaceAll("_", " ");
