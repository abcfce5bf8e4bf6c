/** What takes place from some day on, day by day. */

import type { Day } from "../dates.ts";
import { inTimeOrder, type Placed } from "./place.ts";

export interface AgendaDay {
  day: Day;
  placed: Placed[];
}

/** List the days that have something, from one to another; what has begun before is listed on the first. */
export function agendaOf(all: readonly Placed[], first: Day, last: Day): AgendaDay[] {
  const days = new Map<Day, Placed[]>();
  for (const placed of all.toSorted(inTimeOrder)) {
    if (placed.firstDay > last || placed.lastDay < first) continue;
    const day = placed.firstDay < first ? first : placed.firstDay;
    days.set(day, [...(days.get(day) ?? []), placed]);
  }
  return [...days].map(([day, placed]) => ({ day, placed })).sort((a, b) => (a.day < b.day ? -1 : 1));
}
