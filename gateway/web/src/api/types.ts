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

/** The form gives every field, and privacy as an event has it. */
export type NewEvent = Schemas["NewEvent"] & Pick<CalendarEvent, "is_private">;

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
