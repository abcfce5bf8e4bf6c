/** Repeats in English. */

import type { Repeating } from "./repeats.ts";

const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const ORDINALS = ["first", "second", "third", "fourth", "fifth"];
const WORKDAYS = "0,1,2,3,4";
const plural = new Intl.PluralRules("en", { type: "ordinal" });
const SUFFIXES: Record<string, string> = { one: "st", two: "nd", few: "rd", other: "th" };
const list = new Intl.ListFormat("en-GB");

export const inMonthInEnglish = (rule: Repeating): string => `On the ${inMonth(rule)}`;

/** "every second Tuesday until 1 March" */
export const repeatingInEnglish = (rule: Repeating): string => howOften(rule) + end(rule);

function howOften(rule: Repeating): string {
  switch (rule.every) {
    case "day":
      return each(rule.interval, "day");
    case "week":
      return weekly(rule);
    case "month":
      return `${each(rule.interval, "month")} on the ${inMonth(rule)}`;
    case "year":
      return `${each(rule.interval, "year")} on ${rule.date}`;
  }
}

function weekly({ interval, weekdays }: Repeating): string {
  if (interval === 1 && weekdays.length === 7) return "every day";
  if (interval === 1 && weekdays.join() === WORKDAYS) return "every weekday";
  const days = weekdays.map((day) => WEEKDAYS[day]!);
  if (days.length === 1 && interval <= 2) return each(interval, days[0]!);
  return `${each(interval, "week")} on ${list.format(days)}`;
}

/** "second Tuesday", "13th" */
function inMonth({ by, number, weekday, dayOfMonth }: Repeating): string {
  if (by === "date") return `${dayOfMonth}${SUFFIXES[plural.select(dayOfMonth)]}`;
  return `${by === "last" ? "last" : ORDINALS[number - 1]} ${WEEKDAYS[weekday]}`;
}

const each = (interval: number, what: string): string =>
  interval === 1 ? `every ${what}` : interval === 2 ? `every second ${what}` : `every ${interval} ${what}s`;

function end({ until, count }: Repeating): string {
  if (until) return ` until ${until}`;
  return count ? `, ${count === 1 ? "once" : `${count} times`}` : "";
}
