/** Where in the client we are: the part of the address after `#`, so that the server needs to know one page only. */

import { computed, signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Id } from "./api/types.ts";
import { type Day, firstOf, fromWallClock, isDay, isMonth, monthOf, today, toWallClock } from "./dates.ts";
import type { View } from "./preferences.ts";

/** What somebody plans: a day, and the times on it if they have drawn them. */
export interface Outline {
  from: string;
  to: string;
}

export type Route =
  /** `view`: null is the one looked at last. */
  | { page: "calendar"; view: View | null; day: Day }
  | { page: "new"; day: Day; outline: Outline | null }
  | { page: "event"; id: Id; occurrence: string | null; isEdited: boolean }
  | { page: "dialogs"; chat: Id | null }
  | { page: "friends" }
  | { page: "invitations" }
  | { page: "profile" }
  | { page: "unknown" };

export const to = {
  calendar: (day?: Day): string => (day ? `#/calendar/${day}` : "#/"),
  view: (view: View, day: Day): string => (view === "month" ? to.calendar(day) : `#/${view}/${day}`),
  newEvent: (day: Day, outline?: Outline): string =>
    `#/new/${day}${outline ? `/${[outline.from, outline.to].map(digits).join("-")}` : ""}`,
  /** `occurrence`: as the API names it; null is the event as such. */
  event: (id: Id, occurrence: string | null = null): string =>
    `#/event/${id}${occurrence ? `/${short(occurrence)}` : ""}`,
  editEvent: (id: Id, occurrence: string | null = null): string => `${to.event(id, occurrence)}/edit`,
  dialogs: (): string => "#/dialogs",
  dialog: (chat: Id): string => `#/dialogs/${chat}`,
  friends: (): string => "#/friends",
  invitations: (): string => "#/invitations",
  profile: (): string => "#/profile",
};

/** `17.05.2031 19:30` as `20310517T1930`. */
function short(occurrence: string): string {
  const { day, time } = fromWallClock(occurrence);
  return `${digits(day)}T${digits(time)}`;
}

const digits = (text: string): string => text.replace(/\D/g, "");

function occurrenceIn(text: string): string | null {
  const [, year, month, day, hour, minute] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)$/.exec(text) ?? [];
  return year ? toWallClock(`${year}-${month}-${day}`, `${hour}:${minute}`) : null;
}

function outlineIn(text: string): Outline | null {
  const [, ...found] = /^([01]\d|2[0-3])([0-5]\d)-([01]\d|2[0-4])([0-5]\d)$/.exec(text) ?? [];
  return found.length ? { from: `${found[0]}:${found[1]}`, to: `${found[2]}:${found[3]}` } : null;
}

export function parse(hash: string): Route {
  const [page = "", first = "", second = "", third = ""] = hash.replace(/^#?\/?/, "").split("/");
  switch (page) {
    case "":
      return { page: "calendar", view: null, day: today() };
    case "calendar":
      return { page: "calendar", view: "month", day: dayIn(first) };
    case "week":
    case "day":
    case "agenda":
      return { page: "calendar", view: page, day: dayIn(first) };
    case "new":
      return { page, day: dayIn(first), outline: outlineIn(second) };
    case "event":
      return first ? eventIn(first, second, third) : { page: "unknown" };
    case "dialogs":
      return { page, chat: first || null };
    case "friends":
    case "invitations":
    case "profile":
      return { page };
    default:
      return { page: "unknown" };
  }
}

function eventIn(id: Id, second: string, third: string): Route {
  const occurrence = occurrenceIn(second);
  return { page: "event", id, occurrence, isEdited: (occurrence ? third : second) === "edit" };
}

/** A month alone is today if it is this month, else its first day. */
function dayIn(text: string): Day {
  if (isDay(text)) return text;
  return isMonth(text) && text !== monthOf(today()) ? firstOf(text) : today();
}

const hash = signal(globalThis.location?.hash ?? "");

export const route = computed(() => parse(hash.value));

export function go(path: string, { replace = false } = {}): void {
  if (replace) {
    history.replaceState(null, "", path);
    hash.value = path;
  } else {
    location.hash = path;
    hash.value = path;
  }
}

/** Asks before somebody goes away from what they have typed; null: nothing was. */
let guard: (() => void) | null = null;

/** While something is unsaved, the way back and a reload ask first. */
export function useGuard(isUnsaved: boolean, ask: () => void): void {
  const current = useRef(ask);
  current.current = ask;
  useLayoutEffect(() => {
    if (!isUnsaved) return;
    guard = () => current.current();
    const onUnload = (event: Event) => event.preventDefault();
    globalThis.addEventListener("beforeunload", onUnload);
    return () => {
      guard = null;
      globalThis.removeEventListener("beforeunload", onUnload);
    };
  }, [isUnsaved]);
}

globalThis.addEventListener?.("hashchange", () => {
  if (location.hash === hash.value) return;
  if (guard) {
    history.pushState(null, "", hash.value || "#/");
    guard();
  } else {
    hash.value = location.hash;
  }
});
