/** Repeats in Russian. */

import type { Repeating } from "./repeats.ts";

type Gender = "he" | "she" | "it";

/** In the accusative, as after «каждый» and «в», and in the plural after «по». */
const WEEKDAYS: { name: string; gender: Gender; on: string }[] = [
  { name: "понедельник", gender: "he", on: "понедельникам" },
  { name: "вторник", gender: "he", on: "вторникам" },
  { name: "среду", gender: "she", on: "средам" },
  { name: "четверг", gender: "he", on: "четвергам" },
  { name: "пятницу", gender: "she", on: "пятницам" },
  { name: "субботу", gender: "she", on: "субботам" },
  { name: "воскресенье", gender: "it", on: "воскресеньям" },
];
const EVERY: Record<Gender, string> = { he: "каждый", she: "каждую", it: "каждое" };
const ORDINALS: Record<Gender, string[]> = {
  he: ["первый", "второй", "третий", "четвёртый", "пятый"],
  she: ["первую", "вторую", "третью", "четвёртую", "пятую"],
  it: ["первое", "второе", "третье", "четвёртое", "пятое"],
};
const LAST: Record<Gender, string> = { he: "последний", she: "последнюю", it: "последнее" };
const WORKDAYS = "0,1,2,3,4";

const plural = new Intl.PluralRules("ru");
const list = new Intl.ListFormat("ru");
const count = (n: number, one: string, few: string, many: string) =>
  `${n} ${{ one, few, many, other: many, zero: many, two: few }[plural.select(n)]}`;

/** «Во второй вторник», «13-го числа» */
export const inMonthInRussian = (rule: Repeating): string =>
  rule.by === "date" ? `${rule.dayOfMonth}-го числа` : inMonth(rule).replace(/^в/, "В");

/** «каждый второй вторник до 1 марта» */
export const repeatingInRussian = (rule: Repeating): string => howOften(rule) + end(rule);

function howOften(rule: Repeating): string {
  const { interval } = rule;
  switch (rule.every) {
    case "day":
      return interval === 1 ? "каждый день" : interval === 2 ? "через день" : once(interval, "день", "дня", "дней");
    case "week":
      return weekly(rule);
    case "month":
      return monthly(rule);
    case "year":
      return `${interval === 1 ? "каждый год" : once(interval, "год", "года", "лет")} ${rule.date}`;
  }
}

function weekly({ interval, weekdays }: Repeating): string {
  const [day] = weekdays.map((weekday) => WEEKDAYS[weekday]!);
  if (interval === 1 && weekdays.length === 7) return "каждый день";
  if (interval === 1 && weekdays.join() === WORKDAYS) return "по будням";
  if (weekdays.length === 1 && interval === 1) return `${EVERY[day!.gender]} ${day!.name}`;
  if (weekdays.length === 1 && interval === 2) return `${EVERY[day!.gender]} ${ORDINALS[day!.gender][1]} ${day!.name}`;
  const on = `по ${list.format(weekdays.map((weekday) => WEEKDAYS[weekday]!.on))}`;
  return interval === 1 ? on : `${once(interval, "неделю", "недели", "недель")} ${on}`;
}

function monthly(rule: Repeating): string {
  const { interval, by, dayOfMonth } = rule;
  const months = once(interval, "месяц", "месяца", "месяцев");
  if (by === "date") return `${interval === 1 ? "каждый месяц" : months} ${dayOfMonth}-го числа`;
  return interval === 1 ? `${inMonth(rule)} каждого месяца` : `${months} ${inMonth(rule)}`;
}

function inMonth({ by, number, weekday }: Repeating): string {
  const { name, gender } = WEEKDAYS[weekday]!;
  const which = by === "last" ? LAST[gender] : ORDINALS[gender][number - 1]!;
  return `${which.startsWith("вт") ? "во" : "в"} ${which} ${name}`;
}

const once = (n: number, one: string, few: string, many: string): string => `раз в ${count(n, one, few, many)}`;

function end({ until, count: times }: Repeating): string {
  if (until) return ` до ${until}`;
  return times ? `, ${count(times, "раз", "раза", "раз")}` : "";
}
