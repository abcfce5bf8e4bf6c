/** Repeats as a person chooses them, and as RFC 5545 writes them. The start says what the choice leaves open. */

import { type Day, daysFrom, firstOf, LAST_DAY, monthOf, shiftDay, shiftMonth, weekdayOf } from "../dates.ts";

export type Period = "day" | "week" | "month" | "year";

export interface Repeat {
  every: Period;
  interval: number;
  /** Of a week: the days beside the start's own; 0 is Monday. */
  days: readonly number[];
  /** Of a month: the start's date, its weekday counted from the first, or the last such weekday. */
  by: "date" | "weekday" | "last";
  ends: "never" | "until" | "count";
  /** The last day on which it may begin; "" while it is not chosen. */
  until: Day;
  count: number;
}

export const EVERY: Repeat = {
  every: "week",
  interval: 1,
  days: [],
  by: "date",
  ends: "never",
  until: "",
  count: 10,
};

/** The most that INTERVAL and COUNT may be. */
export const MOST = 1000;
const WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
const FREQUENCIES: Record<Period, string> = { day: "DAILY", week: "WEEKLY", month: "MONTHLY", year: "YEARLY" };

/** The days of the week on which it repeats, in order. */
export const weekdaysOf = (repeat: Repeat, start: Day): number[] =>
  [...new Set([...repeat.days, weekdayOf(start)])].sort((a, b) => a - b);

/** Which one of its weekday in its month a day is: 1 to 5. */
export const numberInMonth = (day: Day): number => Math.ceil(dateOf(day) / 7);

export const isLastInMonth = (day: Day): boolean =>
  monthOf(shiftDay(day, 7)) !== monthOf(day) || day > shiftDay(LAST_DAY, -7);

const dateOf = (day: Day): number => Number(day.slice(8));

/** Write the rule of a choice, in the order of the API's normal form. */
export function toRule(repeat: Repeat, start: Day): string {
  const { every, interval, ends, until, count } = repeat;
  const parts = [
    `FREQ=${FREQUENCIES[every]}`,
    interval > 1 && `INTERVAL=${interval}`,
    ends === "count" && `COUNT=${count}`,
    ends === "until" && `UNTIL=${until.replaceAll("-", "")}`,
    daysPart(repeat, start),
  ];
  return parts.filter(Boolean).join(";");
}

function daysPart(repeat: Repeat, start: Day): string | false {
  const weekday = WEEKDAYS[weekdayOf(start)];
  if (repeat.every === "week") return `BYDAY=${weekdaysOf(repeat, start).map((day) => WEEKDAYS[day])}`;
  if (repeat.every !== "month") return false;
  if (repeat.by === "date") return `BYMONTHDAY=${dateOf(start)}`;
  return `BYDAY=${repeat.by === "last" ? -1 : numberInMonth(start)}${weekday}`;
}

/** Read the choice in a rule; null if it says something that cannot be chosen. */
export function fromRule(rule: string, start: Day): Repeat | null {
  const { FREQ, INTERVAL, COUNT, UNTIL, ...others } = Object.fromEntries(
    rule.split(";").map((part) => part.split("=") as [string, string]),
  );
  const every = (Object.keys(FREQUENCIES) as Period[]).find((period) => FREQUENCIES[period] === FREQ);
  if (!every) return null;
  const repeat: Repeat = {
    ...EVERY,
    every,
    interval: Number(INTERVAL ?? 1),
    ends: COUNT ? "count" : UNTIL ? "until" : "never",
    count: Number(COUNT ?? EVERY.count),
    until: UNTIL ? UNTIL.replace(/^(\d{4})(\d\d)(\d\d).*$/, "$1-$2-$3") : "",
  };
  return withDays(repeat, others, start);
}

/** Take the parts that name days; null unless the choice and the start say the same. */
function withDays(repeat: Repeat, parts: Record<string, string>, start: Day): Repeat | null {
  const { BYDAY, WKST, ...others } = parts;
  const chosen = { ...repeat, ...(repeat.every === "week" ? besides(BYDAY, start) : countedBy(BYDAY)) };
  if (WKST && WKST !== "MO" && chosen.interval > 1 && chosen.days.length) return null;
  const said = Object.entries({ ...(BYDAY && { BYDAY }), ...others });
  const implied = Object.fromEntries(impliedParts(chosen, start));
  return said.every(([name, value]) => implied[name] === value) ? chosen : null;
}

const besides = (byDay: string | undefined, start: Day): Pick<Repeat, "days"> => ({
  days: (byDay ?? "")
    .split(",")
    .map((day) => WEEKDAYS.indexOf(day))
    .filter((day) => day >= 0 && day !== weekdayOf(start)),
});

const countedBy = (byDay: string | undefined): Pick<Repeat, "by"> => ({
  by: !byDay ? "date" : byDay.startsWith("-1") ? "last" : "weekday",
});

/** What a rule of this choice may say of days, needed or not. */
function impliedParts(repeat: Repeat, start: Day): [string, string][] {
  const part = daysPart(repeat, start);
  const needed = part ? [part.split("=") as [string, string]] : [];
  if (repeat.every !== "year") return needed;
  return [
    ["BYMONTH", String(Number(start.slice(5, 7)))],
    ["BYMONTHDAY", String(dateOf(start))],
  ];
}

/** Yield the days on which a choice repeats, in order, from its start on; none after the year 9999. */
export function* datesOf(repeat: Repeat, start: Day): Generator<Day> {
  const last = repeat.ends === "until" ? repeat.until : LAST_DAY;
  let count = 0;
  for (const day of everyDate(repeat, start)) {
    if (day < start) continue;
    if (day > last || (repeat.ends === "count" && count === repeat.count)) return;
    count++;
    yield day;
  }
}

function* everyDate(repeat: Repeat, start: Day): Generator<Day> {
  for (let index = 0; ; index += repeat.interval) {
    const period = periodOf(repeat, start, index);
    if (!period) return;
    yield* period;
  }
}

/** The days in the week, month, … so many after the start's; null when the calendar has ended. */
function periodOf(repeat: Repeat, start: Day, index: number): Day[] | null {
  if (repeat.every === "day") return inCalendar(start, index, [shiftDay(start, index)]);
  if (repeat.every === "week") {
    const monday = shiftDay(start, 7 * index - weekdayOf(start));
    const days = [...new Set(daysFrom(monday, 7))].filter((day) => weekdaysOf(repeat, start).includes(weekdayOf(day)));
    return inCalendar(start, 7 * index, days);
  }
  const months = repeat.every === "year" ? 12 * index : index;
  const month = shiftMonth(monthOf(start), months);
  if (Number(start.slice(0, 4)) * 12 + Number(start.slice(5, 7)) - 1 + months > 9999 * 12 + 11) return null;
  return repeat.every === "year" || repeat.by === "date" ? sameDate(month, start) : sameWeekday(month, repeat, start);
}

/** `shiftDay` stops at the last day: what would lie behind it is not there. */
const inCalendar = (start: Day, days: number, found: Day[]): Day[] | null =>
  shiftDay(shiftDay(start, days), -days) < start ? null : found;

function sameDate(month: string, start: Day): Day[] {
  const day = `${month}-${start.slice(8)}`;
  return monthOf(shiftDay(firstOf(month), dateOf(start) - 1)) === month ? [day] : [];
}

function sameWeekday(month: string, repeat: Repeat, start: Day): Day[] {
  const days = daysFrom(firstOf(month), 31).filter(
    (day) => monthOf(day) === month && weekdayOf(day) === weekdayOf(start),
  );
  const found = repeat.by === "last" ? days.at(-1) : days[numberInMonth(start) - 1];
  return found ? [found] : [];
}

/** The first few days on which a choice repeats. */
export function firstDates(repeat: Repeat, start: Day, count: number): Day[] {
  const found: Day[] = [];
  for (const day of datesOf(repeat, start)) {
    if (found.push(day) === count) break;
  }
  return found;
}

const FURTHEST_DAYS = 400;

/** The day nearest to another on which a choice that starts at `start` could begin as well. */
export function nearest(repeat: Repeat, start: Day, day: Day): Day {
  for (let distance = 0; distance < FURTHEST_DAYS; distance++) {
    const found = [shiftDay(day, distance), shiftDay(day, -distance)].find((one) => isLike(repeat, start, one));
    if (found) return found;
  }
  return day;
}

/** Whether a day is one of its week, month or year as the choice wants it. */
function isLike(repeat: Repeat, start: Day, day: Day): boolean {
  if (repeat.every === "day") return true;
  if (repeat.every === "week") return weekdaysOf(repeat, start).includes(weekdayOf(day));
  if (repeat.every === "year") return day.slice(5) === start.slice(5);
  if (repeat.by === "date") return dateOf(day) === dateOf(start);
  return sameWeekday(monthOf(day), repeat, start).includes(day);
}
