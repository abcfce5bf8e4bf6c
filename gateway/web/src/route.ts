/** Where in the client we are: the part of the address after `#`, so that the server needs to know one page only. */

import { computed, signal } from "@preact/signals";
import type { Id } from "./api/types.ts";
import { type Day, firstOf, isDay, isMonth, monthOf, today } from "./dates.ts";

export type Route =
  | { page: "calendar"; day: Day; isNew: boolean }
  | { page: "event"; id: Id; isEdited: boolean }
  | { page: "dialogs"; chat: Id | null }
  | { page: "friends" }
  | { page: "invitations" }
  | { page: "profile" }
  | { page: "unknown" };

export const to = {
  calendar: (day?: Day): string => (day ? `#/calendar/${day}` : "#/"),
  newEvent: (day: Day): string => `#/new/${day}`,
  event: (id: Id): string => `#/event/${id}`,
  editEvent: (id: Id): string => `#/event/${id}/edit`,
  dialogs: (): string => "#/dialogs",
  dialog: (chat: Id): string => `#/dialogs/${chat}`,
  friends: (): string => "#/friends",
  invitations: (): string => "#/invitations",
  profile: (): string => "#/profile",
};

export function parse(hash: string): Route {
  const [page = "", first = "", second = ""] = hash.replace(/^#?\/?/, "").split("/");
  switch (page) {
    case "":
    case "calendar":
      return { page: "calendar", day: dayIn(first), isNew: false };
    case "new":
      return { page: "calendar", day: dayIn(first), isNew: true };
    case "event":
      return first ? { page, id: first, isEdited: second === "edit" } : { page: "unknown" };
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

globalThis.addEventListener?.("hashchange", () => {
  hash.value = location.hash;
});
