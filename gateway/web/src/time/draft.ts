/** What is being planned, as a form holds it, and what that means for the API. */

import type { CalendarEvent, NewEvent, Scope } from "../api/types.ts";
import { type Day, daysBetween, isDay, shiftDay } from "../dates.ts";
import {
  dayIn,
  fromApi,
  instantOf,
  knowsZone,
  MINUTES_OF_DAY,
  minutesBetween,
  shift,
  timeIn,
  toApi,
  translate,
  type WallClock,
  wallClock,
} from "./clock.ts";
import { EVERY, fromRule, isLastInMonth, nearest, type Repeat, toRule } from "./repeat.ts";

const LONGEST_DAYS = 366;
const [FROM, TO] = ["18:00", "19:00"];

export interface Draft {
  name: string;
  type: "single" | "group";
  address: string;
  description: string;
  icon: string;
  isOpen: boolean;
  day: Day;
  time: string;
  /** Of an event of whole days: the last of them. Without an end "", as `endTime` is. */
  endDay: Day;
  endTime: string;
  isAllDay: boolean;
  /** null: the same clock time everywhere. */
  zone: string | null;
  /** `other`: by a rule that the form cannot make. */
  repeats: "never" | "chosen" | "other";
  repeat: Repeat;
  rule: string | null;
  /** Of an occurrence: the day that it shows and the one that the series plans. */
  shownDay: Day;
  plannedDay: Day;
}

/** Something new, an hour long. `from`, `to`: on that day, "24:00" is its end. */
export function blank(day: Day, zone: string | null, from = FROM, to = TO): Draft {
  const end = to === "24:00" ? wallClock(shiftDay(day, 1), "00:00") : wallClock(day, to);
  return {
    name: "",
    type: "single",
    address: "",
    description: "",
    icon: "star.svg",
    isOpen: false,
    day,
    time: from,
    endDay: dayIn(end),
    endTime: timeIn(end),
    isAllDay: false,
    zone,
    repeats: "never",
    repeat: EVERY,
    rule: null,
    shownDay: "",
    plannedDay: "",
  };
}

/** An event, or one of its occurrences, to be changed. `icon`: the name of its file. */
export function draftOf(event: CalendarEvent, icon: string): Draft {
  const start = fromApi(event.datetime);
  const isAllDay = event.all_day === "true";
  const end = event.end_datetime && fromApi(event.end_datetime);
  const plannedDay = dayIn(event.occurrence ? fromApi(event.occurrence) : start);
  const repeat = event.recurrence ? fromRule(event.recurrence, plannedDay) : null;
  return {
    name: event.name,
    type: event.type,
    address: event.address,
    description: event.description,
    icon,
    isOpen: event.is_private === "false",
    day: dayIn(start),
    // Of whole days: what it begins with if it shall have times.
    time: isAllDay ? FROM : timeIn(start),
    endDay: end ? dayIn(isAllDay ? shift(end, -1) : end) : "",
    endTime: isAllDay ? TO : end ? timeIn(end) : "",
    isAllDay,
    zone: event.time_zone,
    repeats: repeat ? "chosen" : event.recurrence ? "other" : "never",
    repeat: repeat ?? EVERY,
    rule: event.recurrence,
    shownDay: dayIn(start),
    plannedDay,
  };
}

export const startOf = ({ isAllDay, day, time }: Draft): WallClock => wallClock(day, isAllDay ? "00:00" : time);

export function endOf({ isAllDay, day, endDay, endTime }: Draft): WallClock | null {
  if (isAllDay) return endDay ? wallClock(shiftDay(endDay, 1), "00:00") : null;
  return endTime ? wallClock(endDay || day, endTime) : null;
}

/** The day from which a repeat is counted: an occurrence that was moved still repeats on the planned day. */
export const repeatDay = (draft: Draft): Day => (draft.day === draft.shownDay ? draft.plannedDay : draft.day);

/** What is chosen, as far as the start lets it be: only a last Friday can repeat as one. */
export function repeatOf(draft: Draft): Repeat {
  const { repeat } = draft;
  return repeat.by === "last" && !isLastInMonth(repeatDay(draft)) ? { ...repeat, by: "weekday" } : repeat;
}

function ruleOf(draft: Draft, day: Day): string | null {
  if (draft.repeats === "never") return null;
  return draft.repeats === "other" ? draft.rule : toRule(repeatOf(draft), day);
}

export function asEvent(draft: Draft): NewEvent {
  const end = endOf(draft);
  return {
    type: draft.type,
    name: draft.name.trim(),
    is_private: draft.isOpen ? "false" : "true",
    datetime: toApi(startOf(draft)),
    end_datetime: end && toApi(end),
    all_day: draft.isAllDay ? "true" : "false",
    time_zone: draft.isAllDay ? null : draft.zone,
    recurrence: ruleOf(draft, repeatDay(draft)),
    address: draft.address.trim(),
    icon: draft.icon,
    description: draft.description,
  };
}

/** Move the start; the end keeps its distance from the last start that was `known`: a field is empty while it is typed. */
export function moved(draft: Draft, to: Partial<Start>, known: Start = draft): Draft {
  const next = { ...draft, ...to };
  const before = { ...draft, ...known };
  const end = endOf(before);
  if (!end || !isComplete(before) || !isComplete(next)) return next;
  const moved = shift(startOf(next), minutesBetween(startOf(before), end));
  if (draft.isAllDay) return { ...next, endDay: dayIn(shift(moved, -1)) };
  return { ...next, endDay: dayIn(moved), endTime: timeIn(moved) };
}

export type Start = Pick<Draft, "day" | "time">;

export const isComplete = (draft: Draft): boolean => isDay(draft.day) && (draft.isAllDay || draft.time !== "");

export type Fault = "missing" | "year" | "early" | "long" | "number";

/** What is wrong with the times and the repeat, by the field. */
export function faultsOf(
  draft: Draft,
): Partial<Record<"day" | "time" | "endDay" | "until" | "count" | "interval", Fault>> {
  if (!isDay(draft.day)) return { day: draft.day ? "year" : "missing" };
  if (!draft.isAllDay && !draft.time) return { time: "missing" };
  const end = endOf(draft);
  if (draft.endDay && !isDay(draft.endDay)) return { endDay: "year" };
  if (end && isEarly(draft, end)) return { endDay: "early" };
  if (end && minutesBetween(startOf(draft), end) > LONGEST_DAYS * MINUTES_OF_DAY) return { endDay: "long" };
  return draft.repeats === "chosen" ? repeatFaults(draft) : {};
}

/** In a zone the instants count: a night in autumn may end before it begins, by its clock. */
function isEarly(draft: Draft, end: WallClock): boolean {
  const zone = draft.isAllDay ? null : draft.zone;
  return zone && knowsZone(zone) ? instantOf(end, zone) <= instantOf(startOf(draft), zone) : end <= startOf(draft);
}

function repeatFaults(draft: Draft): ReturnType<typeof faultsOf> {
  const { interval, ends, until, count } = draft.repeat;
  if (!isNumber(interval)) return { interval: "number" };
  if (ends === "count" && !isNumber(count)) return { count: "number" };
  if (ends !== "until") return {};
  if (!isDay(until)) return { until: until ? "year" : "missing" };
  return until < repeatDay(draft) ? { until: "early" } : {};
}

const isNumber = (number: number): boolean => Number.isInteger(number) && number >= 1 && number <= 1000;

/** From when to when that is by the clocks here. */
export function spanHere(draft: Draft): { start: WallClock; end: WallClock } {
  const zone = draft.isAllDay ? null : draft.zone;
  const [start, end] = [startOf(draft), endOf(draft)];
  const first = translate(start, zone, null);
  return {
    start: first,
    end: end ? translate(end, zone, null) : draft.isAllDay ? shift(start, MINUTES_OF_DAY) : first,
  };
}

// Changes.

const TIMES = ["datetime", "end_datetime", "all_day", "time_zone"] as const;
const OF_ONE = new Set<string>(["name", "datetime", "end_datetime", "address", "description", "icon"]);

/** What a person has changed. Of times, start and end together: the server moves an end that is not said. */
export function changesOf(before: Draft, after: Draft): Partial<NewEvent> {
  const event = asEvent(after);
  const { recurrence, ...changes } = differences(asEvent(before), event);
  if ("datetime" in changes) changes.end_datetime = event.end_datetime;
  return recurrence !== undefined && isRuleChanged(before, after) ? { ...changes, recurrence } : changes;
}

const isRuleChanged = (before: Draft, after: Draft): boolean =>
  before.repeats !== after.repeats || !isSame(before.repeat, after.repeat) || before.rule !== after.rule;

/**
 * A rule that follows its start to another day, where the server would not let it: it names other days, too.
 *
 * null: nothing need be said of it.
 */
function followingRule(before: Draft, after: Draft): string | null {
  const [was, is] = [asEvent(before).recurrence, asEvent(after).recurrence];
  if (was === is || isRuleChanged(before, after)) return null;
  const namesDays = after.repeat.every === "week" && after.repeat.days.length > 0;
  return after.repeats === "chosen" && (namesDays || repeatOf(before).by !== repeatOf(after).by) ? (is ?? null) : null;
}

/**
 * Which occurrences a change could be for.
 *
 * A rule that is said again begins to count again, and ends where its part does: a start alone moves none that ends.
 */
export function scopesOf(before: Draft, after: Draft): Scope[] {
  if (!Object.keys(changesOf(before, after)).every((field) => OF_ONE.has(field))) return ["following", "all"];
  return followingRule(before, after) && after.repeat.ends !== "never" ? ["this"] : ["this", "following", "all"];
}

/**
 * Say the changes of an occurrence so that they fit more of them: the following begin where the series plans it,
 * all of them where the series began. `series`: the event as it began.
 */
export function fitted(before: Draft, after: Draft, scope: Scope, series: CalendarEvent): Partial<NewEvent> {
  const own = changesOf(before, after);
  if (scope === "this") return own;
  const recurrence = followingRule(before, after);
  const changes = recurrence ? { ...own, recurrence } : own;
  const isMoved = TIMES.some((field) => field in changes);
  if (!(isMoved || "recurrence" in changes)) return changes;
  if (scope === "following") return isMoved ? { ...changes, ...timesFrom(after, repeatDay(after)) } : changes;
  const day = firstDayOf(after, dayIn(fromApi(series.datetime)));
  const times = isMoved ? timesFrom(after, day) : timesFrom({ ...after, ...timesIn(series) }, day);
  const { datetime: _, end_datetime: __, ...others } = changes;
  const differing = differences(pick(series), times);
  return { ...others, ...("datetime" in differing ? times : differing) };
}

/** Where the series begins if one of its occurrences is moved, and all others with it. */
function firstDayOf(after: Draft, first: Day): Day {
  const day = shiftDay(first, daysBetween(after.plannedDay, repeatDay(after)));
  return after.repeats === "chosen" ? nearest(repeatOf(after), repeatDay(after), day) : day;
}

/** The times of a draft on another day. */
function timesFrom(draft: Draft, day: Day): Pick<NewEvent, "datetime" | "end_datetime"> {
  const next = moved(draft, { day });
  const end = endOf(next);
  return { datetime: toApi(startOf(next)), end_datetime: end && toApi(end) };
}

const timesIn = (event: CalendarEvent): Partial<Draft> => {
  const { day, time, endDay, endTime, isAllDay } = draftOf(event, "");
  return { day, time, endDay, endTime, isAllDay };
};

const pick = ({ datetime, end_datetime }: CalendarEvent): Pick<NewEvent, "datetime" | "end_datetime"> => ({
  datetime,
  end_datetime,
});

export function differences<T extends object>(before: T, after: T): Partial<T> {
  const changed = Object.entries(after).filter(([field, value]) => !isSame(before[field as keyof T], value));
  return Object.fromEntries(changed) as Partial<T>;
}

const isSame = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);
