/** What people do. Each returns when the server has done it and the state shows it, stream or no stream. */

import * as calls from "../api/calls.ts";
import { Problem } from "../api/http.ts";
import type { CalendarEvent, Id, Invite, Member, NewEvent, Person, Reach, Rights } from "../api/types.ts";
import {
  onEventGone,
  onFriendGone,
  onInviteSettled,
  onMember,
  onMemberLeft,
  onMyEvent,
  onOccurrenceGone,
} from "./apply.ts";
import { repeats } from "./state.ts";
import {
  readChat,
  readChats,
  readEvent,
  readFriends,
  readMember,
  readOccurrence,
  readOutdated,
  state,
  update,
} from "./store.ts";

/** Add an event and invite friends to it. Once it is there, it is: whom it could not invite it returns. */
export async function createEvent(event: NewEvent, guests: readonly Id[]): Promise<{ id: Id; notInvited: Id[] }> {
  const id = await calls.createEvent(event);
  const notInvited: Id[] = [];
  for (const guest of guests) await calls.sendInvite(guest, id).catch(() => notInvited.push(guest));
  try {
    const { data } = await calls.getEvent(id);
    update((known) => onMyEvent(known, data!));
    await renew(data!);
  } catch {
    // The stream tells, or its page reads it.
  }
  return { id, notInvited };
}

export async function changeEvent(id: Id, changes: Partial<NewEvent>, reach: Reach, tag?: string): Promise<void> {
  await calls.changeEvent(id, changes, reach, tag);
  if (reach.occurrence && reach.scope === "this") await readOccurrence(id, reach.occurrence);
  else await renew((await readEvent(id)).event);
}

/** Delete an event, or cancel some of its occurrences; the last one takes the event with it. */
export async function deleteEvent(id: Id, reach: Reach = { occurrence: null, scope: "all" }): Promise<void> {
  await unlessGone(calls.deleteEvent(id, reach));
  const { occurrence, scope } = reach;
  if (!occurrence || scope === "all") return update((known) => onEventGone(known, { id }));
  update((known) => onOccurrenceGone(known, { id, occurrence }));
  try {
    const { event } = await readEvent(id);
    if (scope === "following") await renew(event);
  } catch (error) {
    if (!(error instanceof Problem && error.status === 404)) throw error;
    update((known) => onEventGone(known, { id }));
  }
}

/** Read the occurrences of an event again, if it repeats; what cannot be read now is read later. */
async function renew(event: CalendarEvent): Promise<void> {
  if (!repeats(event)) return;
  update((known) => ({ ...known, outdated: { ...known.outdated, [event.id]: event } }));
  await readOutdated().catch(() => undefined);
}

export async function leaveEvent(id: Id): Promise<void> {
  await unlessGone(calls.leaveEvent(id));
  update((known) => onEventGone(known, { id }));
}

export async function changeRights(member: Member, rights: Partial<Rights>): Promise<void> {
  await calls.changeRights(member.member_id, rights);
  update((known) => onMember(known, { ...member, ...rights }));
  await readMember(member.member_id);
}

export async function removeMember(member: Member): Promise<void> {
  await unlessGone(calls.removeMember(member.member_id));
  update((known) => onMemberLeft(known, member));
}

export async function answerInvite(invite: Invite, action: "accept" | "decline"): Promise<void> {
  await calls.answerInvite(invite.id, action);
  update((known) => onInviteSettled(known, { ...invite, outcome: "void" }));
  if (action === "decline") return;
  if (invite.event_id) {
    const { event } = await readEvent(invite.event_id);
    update((known) => onMyEvent(known, event));
    await renew(event);
  } else {
    await Promise.all([readFriends(), readChats()]);
  }
}

export async function befriend(person: Person): Promise<void> {
  await calls.sendInvite(person.id);
  update((known) => ({ ...known, people: { ...known.people, [person.id]: person } }));
}

export async function unfriend(id: Id): Promise<void> {
  await unlessGone(calls.endFriendship(id));
  update((known) => onFriendGone(known, { id }));
}

export async function postMessage(chat: Id, text: string): Promise<void> {
  await calls.postMessage(chat, text);
  await readChat(chat);
}

export async function editMessage(chat: Id, message: Id, text: string): Promise<void> {
  await calls.editMessage(message, text);
  await readChat(chat);
}

export async function deleteMessage(chat: Id, message: Id): Promise<void> {
  await unlessGone(calls.deleteMessage(message));
  update((known) => {
    const found = known.chats[chat];
    if (!found) return known;
    const messages = found.messages.filter(({ id }) => id !== message);
    return { ...known, chats: { ...known.chats, [chat]: { ...found, messages } } };
  });
}

export const inviteToEvent = (event: Id, person: Id): Promise<unknown> => calls.sendInvite(person, event);

export const isMine = (event: Id): boolean => state.value.mine.has(event);

/** What somebody else has deleted first is deleted, too. */
async function unlessGone(done: Promise<unknown>): Promise<void> {
  try {
    await done;
  } catch (error) {
    if (!(error instanceof Problem && error.status === 404)) throw error;
  }
}
