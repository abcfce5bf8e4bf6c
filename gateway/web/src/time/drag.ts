/** What is dragged over days and hours: where it was taken, and where it is let go. */

import type { CalendarEvent } from "../api/types.ts";
import { type Day, daysBetween } from "../dates.ts";
import {
  dayIn,
  later,
  MINUTES_OF_DAY,
  minuteOf,
  minutesBetween,
  shift,
  timeIn,
  translate,
  type WallClock,
  wallClock,
} from "./clock.ts";
import { type Draft, draftOf } from "./draft.ts";

/** Where a pointer is: on which day, and at which minute of it. */
export interface Point {
  day: Day;
  minute: number;
}

export interface Span {
  start: WallClock;
  end: WallClock;
}

const STEP_MINUTES = 15;
const LEAST_DRAWN_MINUTES = 30;

const stepped = (minutes: number): number => Math.round(minutes / STEP_MINUTES) * STEP_MINUTES;

const clockAt = ({ day, minute }: Point): WallClock => shift(wallClock(day, "00:00"), minute);

/** Move a span as far as the pointer went: by days if it is a bar over days, else it begins on the quarter of an hour. */
export function movedSpan({ start, end, isLong }: Span & { isLong?: boolean }, from: Point, to: Point): Span {
  if (isLong) {
    const minutes = daysBetween(from.day, to.day) * MINUTES_OF_DAY;
    return { start: shift(start, minutes), end: shift(end, minutes) };
  }
  const minute = stepped(minuteOf(start) + to.minute - from.minute);
  const next = shift(wallClock(dayIn(start), "00:00"), daysBetween(from.day, to.day) * MINUTES_OF_DAY + minute);
  return { start: next, end: shift(next, minutesBetween(start, end)) };
}

/** Let a span end where the pointer is, and not before it has begun. */
export function stretchedSpan({ start }: Span, to: Point): Span {
  const end = clockAt({ day: to.day, minute: stepped(to.minute) });
  return { start, end: later(end, shift(start, STEP_MINUTES)) };
}

/** The span between two points, on the day of the first, whichever way it was drawn. */
export function drawnSpan(from: Point, to: Point): Span {
  const minutes = [from.minute, to.day < from.day ? 0 : to.day > from.day ? MINUTES_OF_DAY : to.minute].map(stepped);
  const first = Math.min(...minutes, MINUTES_OF_DAY - LEAST_DRAWN_MINUTES);
  const last = Math.max(...minutes, first + LEAST_DRAWN_MINUTES);
  return { start: clockAt({ day: from.day, minute: first }), end: clockAt({ day: from.day, minute: last }) };
}

/** The event as it is, and as it is to be, by the clocks of its own zone. `span`: by those of the zone here. */
export function draggedDrafts(event: CalendarEvent, span: Span, here: string | null): { before: Draft; after: Draft } {
  const before = draftOf(event, event.icon);
  const there = (clock: WallClock) => (event.time_zone ? translate(clock, here, event.time_zone) : clock);
  const start = there(span.start);
  const after = { ...before, day: dayIn(start), time: timeIn(start) };
  if (span.end === span.start || (before.isAllDay && !event.ends_at)) return { before, after };
  const end = there(span.end);
  if (before.isAllDay) return { before, after: { ...after, time: before.time, endDay: dayIn(shift(end, -1)) } };
  return { before, after: { ...after, endDay: dayIn(end), endTime: timeIn(end) } };
}
