/**
 * Wall clocks, zones and instants.
 *
 * A wall clock is `YYYY-MM-DDTHH:MM`: it sorts as time goes by. Instants are milliseconds since 1970, UTC.
 */

import { type Day, FIRST_DAY, fromWallClock, LAST_DAY, toWallClock } from "../dates.ts";

export type WallClock = string;

export const MINUTES_OF_DAY = 1440;
const MINUTE_MS = 60_000;
const DAY_MS = MINUTES_OF_DAY * MINUTE_MS;

export const wallClock = (day: Day, time: string): WallClock => `${day}T${time.slice(0, 5)}`;
export const dayIn = (clock: WallClock): Day => clock.slice(0, 10);
export const timeIn = (clock: WallClock): string => clock.slice(11, 16);

/** What the API writes `DD.MM.YYYY HH:MM`. */
export function fromApi(text: string): WallClock {
  const { day, time } = fromWallClock(text);
  return wallClock(day, time);
}

export const toApi = (clock: WallClock): string => toWallClock(dayIn(clock), timeIn(clock));

const msOf = (clock: WallClock): number => Date.parse(`${clock}:00Z`);

/** A wall clock so many minutes later; the calendar ends at its first and its last minute. */
export function shift(clock: WallClock, minutes: number): WallClock {
  const date = new Date(msOf(clock) + minutes * MINUTE_MS);
  if (date.getUTCFullYear() < 1) return wallClock(FIRST_DAY, "00:00");
  return date.getUTCFullYear() > 9999 ? wallClock(LAST_DAY, "23:59") : date.toISOString().slice(0, 16);
}

export const minutesBetween = (from: WallClock, to: WallClock): number => (msOf(to) - msOf(from)) / MINUTE_MS;

export const later = (a: WallClock, b: WallClock): WallClock => (minutesBetween(a, b) > 0 ? b : a);

/** How many minutes of its day have gone by. */
export const minuteOf = (clock: WallClock): number => Number(clock.slice(11, 13)) * 60 + Number(clock.slice(14, 16));

/** The zone that this machine is in; null if it cannot say. */
export function zoneHere(): string | null {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  return timeZone && timeZone !== "Etc/Unknown" ? timeZone : null;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known =
    clocks.get(timeZone) ??
    new Intl.DateTimeFormat("en-US", {
      timeZone,
      calendar: "gregory",
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
    });
  clocks.set(timeZone, known);
  return known;
}

/** Whether this browser knows a zone: there are new ones now and then. */
export function knowsZone(timeZone: string): boolean {
  try {
    return !!clockOf(timeZone);
  } catch {
    return false;
  }
}

/** What the clocks of a zone show at an instant. */
export function inZone(instant: number, timeZone: string): WallClock {
  const { year, month, day, hour, minute } = Object.fromEntries(
    clockOf(timeZone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, value]),
  );
  return `${year!.padStart(4, "0")}-${month}-${day}T${hour}:${minute}`;
}

/**
 * When the clocks of a zone show a wall clock: the first time if twice; if never, by the offset before the gap (RFC 5545, 3.3.5).
 */
export function instantOf(clock: WallClock, timeZone: string): number {
  const offsetNear = (days: number): number => {
    const near = msOf(clock) + days * DAY_MS;
    return msOf(inZone(near, timeZone)) - near;
  };
  const before = msOf(clock) - offsetNear(-1);
  const after = msOf(clock) - offsetNear(1);
  const fitting = [before, after].filter((instant) => inZone(instant, timeZone) === clock);
  return fitting.length ? Math.min(...fitting) : before;
}

export const now = (): WallClock => {
  const here = zoneHere();
  return here ? inZone(Date.now(), here) : new Date().toISOString().slice(0, 16);
};

/** The same moment on the clocks of another zone, as far as both are known; null is here. */
export function translate(clock: WallClock, from: string | null, to: string | null): WallClock {
  const [source, target] = [from ?? zoneHere(), to ?? zoneHere()];
  if (source === target || !source || !target || !knowsZone(source) || !knowsZone(target)) return clock;
  return inZone(instantOf(clock, source), target);
}
