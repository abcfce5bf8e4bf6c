/** What each item of the live stream means for what we know. Applying one twice is the same as once. */

import type { CalendarEvent, Id, Invite, Me, Member, Message, Person, Settled } from "../api/types.ts";
import type { Item } from "../live/sse.ts";
import { keyOf } from "../time/place.ts";
import { newChat, withMessage } from "./messages.ts";
import { repeats, type State, without, withoutEvent } from "./state.ts";

type Change<T> = (state: State, data: T) => State;

const onEvent: Change<CalendarEvent> = (state, event) => {
  const merged = { ...state.events[event.id], ...event };
  const known = { ...state, events: { ...state.events, [event.id]: merged }, calendar: calendarWith(state, merged) };
  const id = event.chat_id;
  if (!id || known.chats[id]) return known;
  return { ...known, chats: { ...known.chats, [id]: newChat({ id, event_id: event.id }) } };
};

/** Of an event that repeats the occurrences stand in the calendar, of any other the event itself. */
function calendarWith({ calendar, mine }: State, event: CalendarEvent): State["calendar"] {
  if (!mine.has(event.id)) return calendar;
  if (repeats(event)) return without(calendar, event.id);
  return { ...withoutEvent(calendar, event.id), [event.id]: event };
}

const onMyEvent: Change<CalendarEvent> = (state, event) =>
  onEvent({ ...state, mine: new Set(state.mine).add(event.id) }, event);

/** Occurrences cannot be told from the event: they are read again. */
const outdating: (change: Change<CalendarEvent>) => Change<CalendarEvent> = (change) => (state, event) => {
  const known = change(state, event);
  if (!repeats(event) || !known.mine.has(event.id)) return known;
  return { ...known, outdated: { ...known.outdated, [event.id]: event } };
};

const onOccurrence: Change<CalendarEvent> = (state, occurrence) => ({
  ...state,
  calendar: { ...state.calendar, [keyOf(occurrence)]: occurrence },
});

const onOccurrenceGone: Change<{ id: Id; occurrence: string }> = (state, gone) => ({
  ...state,
  calendar: without(state.calendar, keyOf(gone)),
});

const onEventGone: Change<{ id: Id }> = (state, { id }) => {
  const mine = new Set(state.mine);
  mine.delete(id);
  const chats = Object.values(state.chats).filter((chat) => chat.event_id === id);
  const members = Object.values(state.members).filter((member) => member.event_id === id);
  const invites = Object.values(state.invites).filter((invite) => invite.event_id === id);
  return {
    ...state,
    mine,
    events: without(state.events, id),
    calendar: withoutEvent(state.calendar, id),
    outdated: without(state.outdated, id),
    chats: without(state.chats, ...chats.map((chat) => chat.id)),
    members: without(state.members, ...members.map((member) => member.member_id)),
    invites: without(state.invites, ...invites.map((invite) => invite.id)),
  };
};

const onMember: Change<Member> = (state, member) => {
  const event = state.events[member.event_id];
  const ids = event?.member_id_list ?? [];
  const events =
    event && !ids.includes(member.member_id)
      ? { ...state.events, [event.id]: { ...event, member_id_list: [...ids, member.member_id] } }
      : state.events;
  const { user_id: id, name, profile_pic } = member;
  const people = { ...state.people, [id]: { ...state.people[id], id, name, profile_pic } };
  return { ...state, events, people, members: { ...state.members, [member.member_id]: member } };
};

const onMemberLeft: Change<{ member_id: Id; user_id: Id; event_id: Id }> = (state, left) => {
  if (left.user_id === state.me.id) return onEventGone(state, { id: left.event_id });
  const event = state.events[left.event_id];
  const rest = event?.member_id_list?.filter((id) => id !== left.member_id);
  const events = event ? { ...state.events, [event.id]: { ...event, member_id_list: rest } } : state.events;
  return { ...state, events, members: without(state.members, left.member_id) };
};

const onMessage: Change<Message> = (state, message) => {
  const chat = state.chats[message.chat_id] ?? newChat({ id: message.chat_id });
  return { ...state, chats: { ...state.chats, [chat.id]: withMessage(chat, message) } };
};

const onMessageEdited: Change<Message> = (state, message) => {
  const isKnown = state.chats[message.chat_id]?.messages.some(({ id }) => id === message.id);
  return isKnown ? onMessage(state, message) : state;
};

const onMessageDeleted: Change<{ id: Id; chat_id: Id }> = (state, { id, chat_id }) => {
  const chat = state.chats[chat_id];
  if (!chat) return state;
  const messages = chat.messages.filter((message) => message.id !== id);
  return { ...state, chats: { ...state.chats, [chat_id]: { ...chat, messages } } };
};

const onInvite: Change<Invite> = (state, invite) =>
  invite.receiver_id === state.me.id ? { ...state, invites: { ...state.invites, [invite.id]: invite } } : state;

const onInviteSettled: Change<Settled> = (state, { id }) => ({ ...state, invites: without(state.invites, id) });

const onFriend: Change<Person & { chat_id?: Id }> = (state, { chat_id: id, ...friend }) => {
  const friends = { ...state.friends, [friend.id]: friend };
  const people = { ...state.people, [friend.id]: friend };
  if (!id || state.chats[id]) return { ...state, friends, people };
  const dialog = newChat({ id, user_id_1: state.me.id, user_id_2: friend.id });
  return { ...state, friends, people, chats: { ...state.chats, [id]: dialog } };
};

const onFriendGone: Change<{ id: Id }> = (state, { id }) => ({ ...state, friends: without(state.friends, id) });

const onProfile: Change<Partial<Me>> = (state, profile) => ({ ...state, me: { ...state.me, ...profile } });

// biome-ignore lint/suspicious/noExplicitAny: each type of item has data of its own
const CHANGES: Record<string, Change<any>> = {
  "event.created.v1": outdating(onMyEvent),
  "event.joined.v1": outdating(onMyEvent),
  "event.changed.v1": outdating(onEvent),
  "event.deleted.v1": onEventGone,
  "occurrence.changed.v1": onOccurrence,
  "occurrence.cancelled.v1": onOccurrenceGone,
  "member.joined.v1": onMember,
  "member.changed.v1": onMember,
  "member.left.v1": onMemberLeft,
  "message.posted.v1": onMessage,
  "message.edited.v1": onMessageEdited,
  "message.deleted.v1": onMessageDeleted,
  "invite.received.v1": onInvite,
  "invite.settled.v1": onInviteSettled,
  "invite.cancelled.v1": onInviteSettled,
  "friend.added.v1": onFriend,
  "friend.removed.v1": onFriendGone,
  "profile.changed.v1": onProfile,
};

/** Return what we know after an item; a type that we do not know says nothing to us. */
export function apply(state: State, item: Item): State {
  return CHANGES[item.type]?.(state, item.data) ?? state;
}

export {
  onEvent,
  onEventGone,
  onFriend,
  onFriendGone,
  onInviteSettled,
  onMember,
  onMemberLeft,
  onMyEvent,
  onOccurrence,
  onOccurrenceGone,
};
