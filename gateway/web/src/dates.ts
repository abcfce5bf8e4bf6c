/** Days and times of a wall clock, which no time zone moves, and their words by `Intl`. */

/** A day: YYYY-MM-DD. */
export type Day = string;
/** A month: YYYY-MM. */
export type Month = string;

const WALL_CLOCK = /^(\d\d)\.(\d\d)\.(\d{4}) (\d\d:\d\d)$/;

/** Return day and time of `DD.MM.YYYY HH:MM`. */
export function fromWallClock(text: string): { day: Day; time: string } {
  const [, day, month, year, time] = WALL_CLOCK.exec(text) ?? [];
  return { day: `${year}-${month}-${day}`, time: time ?? "" };
}

export function toWallClock(day: Day, time: string): string {
  const [year, month, date] = day.split("-");
  return `${date}.${month}.${year} ${time.slice(0, 5)}`;
}

/** The calendar of the API. */
export const FIRST_DAY: Day = "0001-01-01";
export const LAST_DAY: Day = "9999-12-31";

export const isDay = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(text) && text >= FIRST_DAY && toDay(at(text)) === text;
export const isMonth = (text: string): boolean => isDay(`${text}-01`);

export const monthOf = (day: Day): Month => day.slice(0, 7);
export const firstOf = (month: Month): Day => `${month}-01`;

export function dayOf(date: Date): Day {
  const year = String(date.getFullYear()).padStart(4, "0");
  return `${year}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

export const today = (): Day => dayOf(new Date());

/** The day as a date of this machine's calendar, at midnight. */
export function localDate(day: Day): Date {
  const date = new Date(2000, Number(day.slice(5, 7)) - 1, Number(day.slice(8)));
  date.setFullYear(Number(day.slice(0, 4)), Number(day.slice(5, 7)) - 1, Number(day.slice(8)));
  return date;
}

/** The month so many months later, or the last (first) one that there is. */
export function shiftMonth(month: Month, by: number): Month {
  const index = Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1 + by;
  const year = Math.floor(index / 12);
  if (year < 1) return monthOf(FIRST_DAY);
  return year > 9999 ? monthOf(LAST_DAY) : `${String(year).padStart(4, "0")}-${two((index % 12) + 1)}`;
}

/** The day so many days later, or the last (first) one that there is. */
export function shiftDay(day: Day, by: number): Day {
  return toDay(new Date(at(day).getTime() + by * DAY_MS));
}

export const daysBetween = (from: Day, to: Day): number => Math.round((at(to).getTime() - at(from).getTime()) / DAY_MS);

export const daysFrom = (first: Day, count: number): Day[] =>
  Array.from({ length: count }, (_, index) => shiftDay(first, index));

/** 0 is Monday, as RFC 5545 begins the week. */
export const weekdayOf = (day: Day): number => (at(day).getUTCDay() + 6) % 7;

/** The seven days of a week. `weekStart`: 0 is Sunday. */
export function weekOf(day: Day, weekStart: number): Day[] {
  return daysFrom(shiftDay(day, -((at(day).getUTCDay() - weekStart + 7) % 7)), 7);
}

export const monthsFrom = (first: Month, count: number): Month[] =>
  Array.from({ length: count }, (_, index) => shiftMonth(first, index));

/** How a language says days and times. */
export class Words {
  private readonly language: string;
  private readonly made = new Map<string, Intl.DateTimeFormat>();

  constructor(language: string) {
    this.language = language;
  }

  month = (month: Month): string => capital(this.utc({ month: "long", year: "numeric" }).format(at(firstOf(month))));
  monthName = (month: Month): string => capital(this.utc({ month: "long" }).format(at(firstOf(month))));
  day = (day: Day): string => capital(this.utc({ weekday: "long", day: "numeric", month: "long" }).format(at(day)));
  fullDay = (day: Day): string =>
    capital(this.utc({ weekday: "long", day: "numeric", month: "long", year: "numeric" }).format(at(day)));
  shortDay = (day: Day): string => this.utc({ day: "numeric", month: "short" }).format(at(day));
  birthday = (day: Day): string => this.utc({ day: "numeric", month: "short", year: "numeric" }).format(at(day));
  weekday = (day: Day, width: "short" | "long"): string => capital(this.utc({ weekday: width }).format(at(day)));
  time = (time: string): string => this.utc({ timeStyle: "short" }).format(at("2000-01-01", time));

  /** "12 May": without a weekday or a year. */
  date = (day: Day): string => this.utc({ day: "numeric", month: "long" }).format(at(day));
  fullDate = (day: Day): string => this.utc({ day: "numeric", month: "long", year: "numeric" }).format(at(day));
  /** Days from one to another: "12 – 18 May 2031". */
  days = (first: Day, last: Day): string =>
    this.utc({ day: "numeric", month: "long", year: "numeric" }).formatRange(at(first), at(last));
  /** The same with the days of the week. */
  fullDays = (first: Day, last: Day): string => capital(this.utc(SHORT_DATE).formatRange(at(first), at(last)));
  /** A full hour, as short as can be: "19:00", "7 PM". */
  hour = (hour: number): string => {
    const time = `${two(hour)}:00`;
    const short = this.utc({ hour: "numeric" });
    return short.resolvedOptions().hour12 ? short.format(at("2000-01-01", time)) : this.time(time);
  };
  /** From a time to a later one of the same day, or to its end at midnight. */
  times = (from: string, to: string): string =>
    from < to
      ? this.utc({ timeStyle: "short" }).formatRange(at("2000-01-01", from), at("2000-01-01", to))
      : `${this.time(from)}–${this.time(to)}`;
  /** A day and a time: "Mon, 12 May 2031, 19:30". */
  moment = (day: Day, time: string): string => `${capital(this.utc(SHORT_DATE).format(at(day)))}, ${this.time(time)}`;
  /** A zone as people call it at an instant: "Central European Time". */
  zone = (timeZone: string, instant: number): string =>
    new Intl.DateTimeFormat(this.language, { timeZone, timeZoneName: "longGeneric" })
      .formatToParts(instant)
      .find(({ type }) => type === "timeZoneName")!.value;

  /** The time of an instant, by the clock of this machine. */
  clock = (ms: number): string => this.local({ timeStyle: "short" }).format(ms);
  /** When an instant was, as short as can be: its time if today, else its day. */
  recently = (ms: number): string => {
    const day = dayOf(new Date(ms));
    return day === today() ? this.clock(ms) : this.shortDay(day);
  };
  /** A day in relation to today: "today", "yesterday", else its date. */
  relativeDay = (day: Day): string => {
    const days = Math.round((at(day).getTime() - at(today()).getTime()) / 86_400_000);
    const near = new Intl.RelativeTimeFormat(this.language, { numeric: "auto" });
    return Math.abs(days) <= 1 ? capital(near.format(days, "day")) : this.day(day);
  };

  /** 0 is Sunday. */
  get weekStart(): 0 | 1 | 2 | 3 | 4 | 5 | 6 {
    const locale = new Intl.Locale(this.language).maximize() as Intl.Locale & {
      getWeekInfo?(): { firstDay: number };
      weekInfo?: { firstDay: number };
    };
    return (((locale.getWeekInfo?.() ?? locale.weekInfo)?.firstDay ?? 1) % 7) as 0;
  }

  private utc(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
    return this.local({ ...options, timeZone: "UTC" });
  }

  private local(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
    const key = JSON.stringify(options);
    const known = this.made.get(key) ?? new Intl.DateTimeFormat(this.language, options);
    this.made.set(key, known);
    return known;
  }
}

const SHORT_DATE = { weekday: "short", day: "numeric", month: "long", year: "numeric" } as const;
const DAY_MS = 86_400_000;

const at = (day: Day, time = "00:00"): Date => new Date(`${day}T${time}:00Z`);
/** The day of an instant in UTC, or the nearest one that there is. */
function toDay(date: Date): Day {
  const year = date.getUTCFullYear();
  if (Number.isNaN(year)) return "";
  return year < 1 ? FIRST_DAY : year > 9999 ? LAST_DAY : date.toISOString().slice(0, 10);
}
const two = (number: number): string => String(number).padStart(2, "0");
const capital = (text: string): string => text.charAt(0).toLocaleUpperCase() + text.slice(1);
