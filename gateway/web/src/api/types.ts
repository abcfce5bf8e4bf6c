/** The shapes of the HTTP API, as /openapi.json describes them. */

export type Id = string;

export interface Person {
  id: Id;
  name: string;
  email?: string | null;
  profile_pic: string;
  birthday?: string | null;
}

export interface Me extends Person {
  google_id: string;
  event_id_list: Id[];
  friend_id_list: Id[];
  chat_id_list: Id[];
  invite_id_list: Id[];
}

export interface CalendarEvent {
  id: Id;
  type: "single" | "group";
  name: string;
  is_private: "true" | "false";
  /** Wall clock: DD.MM.YYYY HH:MM. */
  datetime: string;
  address: string;
  description: string;
  icon: string;
  member_id_list?: Id[];
  chat_id?: Id | null;
}

export type NewEvent = Omit<CalendarEvent, "id" | "member_id_list" | "chat_id">;

export const RIGHTS = [
  "is_can_invite_user",
  "is_can_delete_user",
  "is_can_change_event",
  "is_can_delete_event",
] as const;
export type Right = (typeof RIGHTS)[number];
export type Rights = Record<Right, boolean>;

export interface Member extends Rights {
  member_id: Id;
  user_id: Id;
  name: string;
  email: string | null;
  profile_pic: string;
  event_id: Id;
}

export interface Message {
  id: Id;
  chat_id: Id;
  user_id: Id;
  /** Milliseconds since the epoch. */
  datetime: number;
  text: string;
}

/** An event's chat has `event_id`, a dialog has both user ids. */
export interface Chat {
  id: Id;
  msg_id_list: Message[];
  event_id?: Id;
  user_id_1?: Id;
  user_id_2?: Id;
}

export interface Invite {
  id: Id;
  sender_id: Id;
  receiver_id: Id;
  type: "friend" | "event";
  event_id: Id | null;
}

export interface Settled extends Invite {
  outcome: "accepted" | "declined" | "void" | "cancelled";
}
