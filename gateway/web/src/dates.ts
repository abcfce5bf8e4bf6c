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

/** A text that sorts as the times do. */
export function sortable(wallClock: string): string {
  const { day, time } = fromWallClock(wallClock);
  return `${day} ${time}`;
}

export const isDay = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(at(text).getTime());
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

export function shiftMonth(month: Month, by: number): Month {
  const index = Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1 + by;
  return `${String(Math.floor(index / 12)).padStart(4, "0")}-${two((index % 12) + 1)}`;
}

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

const at = (day: Day, time = "00:00"): Date => new Date(`${day}T${time}:00Z`);
const two = (number: number): string => String(number).padStart(2, "0");
const capital = (text: string): string => text.charAt(0).toLocaleUpperCase() + text.slice(1);
