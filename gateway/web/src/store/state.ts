/** Everything the client knows, each thing once, by its id. Nothing here is ever changed: what changes is replaced. */

import type { CalendarEvent, Chat, Id, Invite, Me, Member, Message, Person } from "../api/types.ts";
import { type Day, fromWallClock, type Month, sortable } from "../dates.ts";

export type Table<T> = Readonly<Record<Id, T>>;

/** A chat as far as it has been read. `isRead`: from some message on, up to the newest; `isWhole`: from its first. */
export interface KnownChat extends Omit<Chat, "msg_id_list"> {
  messages: readonly Message[];
  isRead: boolean;
  isWhole: boolean;
}

export interface State {
  me: Me;
  events: Table<CalendarEvent>;
  /** The events that I take part in; of others I may know, too. */
  mine: ReadonlySet<Id>;
  months: ReadonlySet<Month>;
  /** By member id. */
  members: Table<Member>;
  chats: Table<KnownChat>;
  friends: Table<Person>;
  /** Whoever's name we have come across. */
  people: Table<Person>;
  invites: Table<Invite>;
}

const NOBODY: Me = {
  id: "",
  google_id: null,
  name: "",
  email: "",
  profile_pic: "",
  birthday: null,
  event_id_list: [],
  friend_id_list: [],
  chat_id_list: [],
  invite_id_list: [],
};

export const NOTHING: State = {
  me: NOBODY,
  events: {},
  mine: new Set(),
  months: new Set(),
  members: {},
  chats: {},
  friends: {},
  people: {},
  invites: {},
};

export const byId = <T extends { id: Id }>(things: readonly T[]): Table<T> =>
  Object.fromEntries(things.map((thing) => [thing.id, thing]));

export function without<T>(table: Table<T>, ...ids: Id[]): Table<T> {
  const rest = { ...table };
  for (const id of ids) delete rest[id];
  return rest;
}

/** My events by day, each day in time order. */
export function byDay(state: State): ReadonlyMap<Day, CalendarEvent[]> {
  const days = new Map<Day, CalendarEvent[]>();
  for (const id of state.mine) {
    const event = state.events[id];
    if (!event) continue;
    const { day } = fromWallClock(event.datetime);
    days.set(day, [...(days.get(day) ?? []), event]);
  }
  for (const events of days.values()) {
    events.sort((a, b) => sortable(a.datetime).localeCompare(sortable(b.datetime)) || a.id.localeCompare(b.id));
  }
  return days;
}

/** The members of an event that are known already, in joining order. */
export function membersOf(state: State, event: CalendarEvent): Member[] {
  return (event.member_id_list ?? []).map((id) => state.members[id]).filter((member) => member !== undefined);
}

export function myMembership(state: State, event: CalendarEvent): Member | undefined {
  return membersOf(state, event).find((member) => member.user_id === state.me.id);
}

/** Whom I talk to in a dialog; undefined for an event's chat. */
export function partnerIn(state: State, chat: KnownChat): Id | undefined {
  return [chat.user_id_1, chat.user_id_2].find((id) => id && id !== state.me.id);
}

export function dialogWith(state: State, person: Id): KnownChat | undefined {
  return Object.values(state.chats).find((chat) => partnerIn(state, chat) === person);
}

/** My chats, newest message first; those without messages last. */
export function inOrder(chats: Table<KnownChat>): KnownChat[] {
  const newest = (chat: KnownChat) => chat.messages.at(-1)?.datetime ?? 0;
  return Object.values(chats).sort((a, b) => newest(b) - newest(a) || b.id.localeCompare(a.id));
}

export function birthdaysOn(state: State, day: Day): Person[] {
  return Object.values(state.friends).filter(
    ({ birthday }) => birthday && birthday.slice(5) === day.slice(5) && birthday < day,
  );
}
