/** Everything the client knows, each thing once, by its id. Nothing here is ever changed: what changes is replaced. */

import type { CalendarEvent, Chat, Id, Invite, Me, Member, Message, Person } from "../api/types.ts";
import type { Day, Month } from "../dates.ts";
import { keyOf } from "../time/place.ts";

export type Table<T> = Readonly<Record<Id, T>>;

/** A chat as far as it has been read. `isRead`: from some message on, up to the newest; `isWhole`: from its first. */
export interface KnownChat extends Omit<Chat, "msg_id_list"> {
  messages: readonly Message[];
  isRead: boolean;
  isWhole: boolean;
}

export interface State {
  me: Me;
  /** An event that repeats is here as it began, and does not stand in the calendar by that. */
  events: Table<CalendarEvent>;
  /** The events that I take part in; of others I may know, too. */
  mine: ReadonlySet<Id>;
  /** What stands in the calendar, by `keyOf`: what happens once, and each occurrence of what repeats. */
  calendar: Table<CalendarEvent>;
  /** Months that have been read. */
  months: ReadonlySet<Month>;
  /** What repeats and has changed since its occurrences were read, as of its last change. */
  outdated: Table<CalendarEvent>;
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
  calendar: {},
  months: new Set(),
  outdated: {},
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

export const repeats = (event: CalendarEvent): boolean => event.recurrence !== null && event.occurrence === null;

/** The calendar without an event and its occurrences. */
export function withoutEvent(calendar: Table<CalendarEvent>, id: Id): Table<CalendarEvent> {
  return Object.fromEntries(Object.entries(calendar).filter(([, item]) => item.id !== id));
}

/** Take what was read of the calendar: events that happen once, and occurrences. All of them are mine. */
export function withItems(state: State, items: readonly CalendarEvent[]): State {
  const [calendar, events] = [{ ...state.calendar }, { ...state.events }];
  for (const item of items) {
    calendar[keyOf(item)] = item;
    if (!item.occurrence) events[item.id] = { ...events[item.id], ...item };
  }
  return { ...state, calendar, events, mine: new Set([...state.mine, ...items.map(({ id }) => id)]) };
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
