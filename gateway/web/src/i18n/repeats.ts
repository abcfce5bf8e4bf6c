/** How often something repeats, in words: "every second Tuesday until 1 March". */

import type { CalendarEvent } from "../api/types.ts";
import { type Day, shiftDay } from "../dates.ts";
import { dayIn, fromApi } from "../time/clock.ts";
import { fromRule, numberInMonth, type Repeat, weekdaysOf } from "../time/repeat.ts";
import { inWords, t } from "./index.ts";

/** What the words for a repeat are made of. Days of the week: 0 is Monday. */
export interface Repeating extends Pick<Repeat, "every" | "interval" | "by"> {
  weekdays: readonly number[];
  /** Of the start: its day of the week, which one of its month that is, its day in the month, and "12 May". */
  weekday: number;
  number: number;
  dayOfMonth: number;
  date: string;
  until: string | null;
  count: number | null;
}

/** Say how a choice repeats. The year of its end is said if the start does not make it plain. */
export function repeatInWords(repeat: Repeat, start: Day): string {
  const isSoon = repeat.until < shiftDay(start, 365);
  const until = repeat.until && (isSoon ? inWords().date(repeat.until) : inWords().fullDate(repeat.until));
  return t().repeating(repeatingOf(repeat, start, until || null));
}

/** Say how an event repeats, or "" if it does not. */
export function repeatsInWords({ recurrence, occurrence, datetime }: CalendarEvent): string {
  if (!recurrence) return "";
  const day = dayIn(fromApi(occurrence ?? datetime));
  const repeat = fromRule(recurrence, day);
  return repeat ? repeatInWords(repeat, day) : t().otherwise;
}

export const repeatingOf = (repeat: Repeat, start: Day, until: string | null): Repeating => ({
  ...repeat,
  weekdays: weekdaysOf(repeat, start),
  weekday: weekdaysOf({ ...repeat, days: [] }, start)[0]!,
  number: numberInMonth(start),
  dayOfMonth: Number(start.slice(8)),
  date: inWords().date(start),
  until: repeat.ends === "until" ? until : null,
  count: repeat.ends === "count" ? repeat.count : null,
});
