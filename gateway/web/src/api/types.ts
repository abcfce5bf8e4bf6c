/** Short names for the shapes of the HTTP API. They are generated from /openapi.json: `make api-types`. */

import type { components } from "./schema.ts";

type Schemas = components["schemas"];

export type Id = string;

/** Somebody as a friend, a member or a hit of a search; strangers come without e-mail and birthday, members without a birthday. */
export type Person = Pick<Schemas["PublicProfile"], "id" | "name" | "profile_pic"> & {
  email?: Schemas["Member"]["email"];
  birthday?: Schemas["PublicProfile"]["birthday"];
};

export type Me = Schemas["User"];

export type CalendarEvent = Schemas["Event"];

export type Agenda = Schemas["Agenda"];

/** The form gives every field, and flags as an event has them. */
export type NewEvent = Schemas["NewEvent"] &
  Pick<CalendarEvent, "is_private" | "end_datetime" | "all_day" | "time_zone" | "recurrence">;

/** Which of an event's occurrences a change is about. */
export type Scope = "this" | "following" | "all";

/** An occurrence of an event, and how far a change of it reaches; without an occurrence: the event. */
export interface Reach {
  occurrence: string | null;
  scope: Scope;
}

export type Member = Schemas["Member"];

export const RIGHTS = [
  "is_can_invite_user",
  "is_can_delete_user",
  "is_can_change_event",
  "is_can_delete_event",
] as const satisfies (keyof Member)[];
export type Right = (typeof RIGHTS)[number];
export type Rights = Pick<Member, Right>;

export type Message = Schemas["Message"];

export type Chat = Schemas["Chat"];

export type Invite = Schemas["Invite"];

export type Settled = Schemas["EndedInvite"];
