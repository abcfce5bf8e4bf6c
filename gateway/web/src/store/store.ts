/** The one state of the client: filled by a snapshot, brought up to date by the live stream. */

import { computed, effect, signal } from "@preact/signals";
import * as calls from "../api/calls.ts";
import { isLoggedOut, Problem, writes } from "../api/http.ts";
import type { CalendarEvent, Id, Invite, Person, Settled } from "../api/types.ts";
import { notify } from "../components/toasts.tsx";
import { type Day, firstOf, LAST_DAY, type Month, monthOf, monthsFrom, shiftMonth, today } from "../dates.ts";
import { t } from "../i18n/index.ts";
import type { Item } from "../live/sse.ts";
import { connection, follow } from "../live/stream.ts";
import { zoneHere } from "../time/clock.ts";
import { byDay, place } from "../time/place.ts";
import { apply, onEvent, onMember, onOccurrence } from "./apply.ts";
import { withNewest, withOlder } from "./messages.ts";
import { byId, dialogWith, NOTHING, type State, withItems, without, withoutEvent } from "./state.ts";

export const MESSAGES_AT_ONCE = 40;
const CHATS_AT_ONCE = 50;
const HOW_OFTEN_WITHOUT_STREAM_MS = 20_000;

export const state = signal<State>(NOTHING);

const calendar = computed(() => state.value.calendar);
const mine = computed(() => state.value.mine);
const here = zoneHere();

/** What I take part in, by the clocks here. */
export const planned = computed(() =>
  Object.values(calendar.value)
    .filter(({ id }) => mine.value.has(id))
    .map((event) => place(event, here)),
);

/** The same by day. */
export const days = computed(() => byDay(planned.value));

/** `starting` until the first snapshot is there. */
export const phase = signal<"starting" | "ready" | "failed">("starting");

export const session = computed(() => {
  if (isLoggedOut.value) return "none";
  return phase.value;
});

/** Whether there may be chats beyond those that have been read. */
export const hasMoreChats = signal(false);

export function update(change: (state: State) => State): void {
  state.value = change(state.value);
}

/** Read everything, then live on the stream. */
export async function start(): Promise<void> {
  phase.value = "starting";
  try {
    const cursor = await readSnapshot();
    phase.value = "ready";
    void live(cursor);
  } catch {
    phase.value = "failed";
  }
}

async function live(cursor: string): Promise<void> {
  await follow(cursor, { hear, startOver: readSnapshot });
  while (!isLoggedOut.value && connection.value === "none") {
    await new Promise((done) => setTimeout(done, HOW_OFTEN_WITHOUT_STREAM_MS));
    await readSnapshot().catch(() => undefined);
  }
}

/** Read a snapshot; return the cursor from which the stream brings it up to date. */
async function readSnapshot(): Promise<string> {
  const { data, headers } = await calls.getMe();
  const me = data!;
  const months = shown;
  const [friends, invites, chats, items] = await Promise.all([
    calls.listFriends(),
    calls.listInvites(),
    calls.listChats(0, CHATS_AT_ONCE),
    listMonths(months),
  ]);
  hasMoreChats.value = chats.length === CHATS_AT_ONCE;
  update((before) => {
    const known = before.me.id === me.id ? before : NOTHING;
    const { events, calendar } = withItems({ ...known, calendar: {} }, items);
    return {
      me,
      events,
      mine: new Set(me.event_id_list),
      calendar,
      months: new Set(months),
      outdated: {},
      members: known.members,
      // What was read of a chat before may have holes since: it is read again when somebody looks at it.
      chats: byId(chats.map((chat) => ({ ...withNewest(known.chats[chat.id], chat, 1), isRead: false }))),
      friends: byId(friends),
      people: { ...known.people, ...byId(friends), [me.id]: me },
      invites: byId(invites),
    };
  });
  generation.value++;
  readSenders(invites);
  return headers.get("X-Stream-Cursor") ?? "0";
}

/** Counts snapshots: what a page has read for itself is as old as the snapshot was. */
export const generation = signal(0);

/** Counts what has been heard. */
let heard = 0;

function hear(item: Item): void {
  heard++;
  const before = state.value;
  update((known) => apply(known, item));
  announce(before, item);
}

/** Tell the person what concerns them, wherever in the client they are; and read what the item did not say. */
function announce(before: State, item: Item): void {
  if (item.type === "invite.received.v1") {
    const invite = item.data as Invite;
    if (invite.receiver_id !== before.me.id || before.invites[invite.id]) return;
    void nameOfSender(invite).then((name) => notify(t().newInvitation(name)));
  }
  if (item.type === "invite.settled.v1") {
    const { sender_id, receiver_id, outcome, type } = item.data as Settled;
    const them = nameOf(receiver_id);
    if (sender_id === before.me.id && outcome === "accepted" && (type === "friend" || them)) {
      void befriended(receiver_id).then((name) => notify(t().theyAccepted(name)));
    }
  }
  if (item.type === "message.posted.v1") {
    const { chat_id } = item.data as { chat_id: Id };
    if (!before.chats[chat_id]) void readChat(chat_id).catch(() => undefined);
  }
  if (item.type === "friend.added.v1") {
    const { id } = item.data as Person;
    if (!dialogWith(state.value, id)) void readChats().catch(() => undefined);
  }
}

async function befriended(person: Id): Promise<string> {
  await readPerson(person).catch(() => undefined);
  return nameOf(person) ?? t().someone;
}

export const nameOf = (person: Id | undefined): string | undefined =>
  person ? state.value.people[person]?.name : undefined;

// Reading what a page needs.

const reads = new Map<string, Promise<unknown>>();
const MOST_READS = 3;

/** Do not read twice at once; what was begun before a write of ours does not show it, though. */
function once<T>(what: string, read: () => Promise<T>): Promise<T> {
  const key = `${writes.count} ${what}`;
  const running = reads.get(key);
  if (running) return running as Promise<T>;
  const started = read().finally(() => reads.delete(key));
  reads.set(key, started);
  return started;
}

/** Read again if something was heard meanwhile: what was read may be older than that. */
async function undisturbed<T>(read: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    const before = heard;
    const found = await read();
    if (heard === before || tries === MOST_READS) return found;
  }
}

/** The months that are looked at, one after the other: what is read again when something repeats otherwise. */
let shown: readonly Month[] = [monthOf(today())];

/** Read those of some months that are not known. `months`: one after the other. */
export async function showMonths(months: readonly Month[]): Promise<void> {
  shown = months;
  const unknown = months.filter((month) => !state.value.months.has(month));
  if (unknown.length) await readMonths(monthsFrom(unknown[0]!, monthsBetween(unknown[0]!, unknown.at(-1)!) + 1));
}

/** Read a month that is not looked at, for what is on one of its days. */
export const readMonth = (month: Month): Promise<void> => readMonths([month]);

const monthsBetween = (from: Month, to: Month): number =>
  (Number(to.slice(0, 4)) - Number(from.slice(0, 4))) * 12 + Number(to.slice(5)) - Number(from.slice(5));

function readMonths(months: readonly Month[]): Promise<void> {
  return once(`months ${months}`, async () => {
    const items = await undisturbed(() => listMonths(months));
    update((known) => ({ ...withItems(known, items), months: new Set([...known.months, ...months]) }));
  });
}

/** What takes place in some months, one after the other, by the clocks here. */
async function listMonths(months: readonly Month[]): Promise<CalendarEvent[]> {
  const [from, last] = [firstOf(months[0]!), months.at(-1)!];
  if (last < monthOf(LAST_DAY)) return listAgenda(from, firstOf(shiftMonth(last, 1)));
  // The day after the last one cannot be named.
  const end = await calls.listMonth(Number(last.slice(0, 4)), Number(last.slice(5)));
  return [...(await listAgenda(from, LAST_DAY)), ...end];
}

let askedZone = here;

/** A zone that this browser knows and the server does not is no reason to show nothing. */
export async function listAgenda(from: Day, to: Day): Promise<CalendarEvent[]> {
  try {
    return await calls.listAgenda(from, to, askedZone);
  } catch (error) {
    if (!askedZone || !(error instanceof Problem) || !error.errors.some(({ field }) => field === "time_zone"))
      throw error;
    askedZone = null;
    return calls.listAgenda(from, to, null);
  }
}

/** Read again the occurrences of whatever repeats otherwise than it did. Months that nobody looks at are forgotten. */
export function readOutdated(): Promise<void> {
  return once("outdated", async () => {
    while (Object.keys(state.value.outdated).length) await readOutdatedOnce();
  });
}

async function readOutdatedOnce(): Promise<void> {
  const { outdated } = state.value;
  const months = shown;
  const items = await undisturbed(() => listMonths(months));
  update((known) => {
    const ids = Object.keys(outdated);
    const calendar = ids.reduce(withoutEvent, known.calendar);
    const done = ids.filter((id) => known.outdated[id] === outdated[id]);
    const still = without(known.outdated, ...done);
    return { ...withItems({ ...known, calendar }, items), outdated: still, months: new Set(months) };
  });
}

const outdated = computed(() => state.value.outdated);

effect(() => {
  if (Object.keys(outdated.value).length) void readOutdated().catch(readOutdatedLater);
});

function readOutdatedLater(): void {
  setTimeout(() => {
    if (Object.keys(outdated.value).length) readOutdated().catch(readOutdatedLater);
  }, HOW_OFTEN_WITHOUT_STREAM_MS);
}

/** Read an event; return its ETag, too. */
export function readEvent(id: Id): Promise<{ event: CalendarEvent; tag: string | undefined }> {
  return once(`event ${id}`, async () => {
    const { data, headers } = await undisturbed(() => calls.getEvent(id));
    const event = data!;
    update((known) => onEvent(known, event));
    return { event, tag: headers.get("ETag") ?? undefined };
  });
}

/** Read an occurrence; return its ETag, too, which is the event's. */
export function readOccurrence(id: Id, occurrence: string): Promise<{ event: CalendarEvent; tag: string | undefined }> {
  return once(`occurrence ${id} ${occurrence}`, async () => {
    const { data, headers } = await undisturbed(() => calls.getEvent(id, occurrence));
    const event = data!;
    update((known) => onOccurrence(known, event));
    return { event, tag: headers.get("ETag") ?? undefined };
  });
}

/** Read the members of an event that are not known yet. */
export async function readMembers(event: CalendarEvent): Promise<void> {
  const unknown = (event.member_id_list ?? []).filter((id) => !state.value.members[id]);
  await Promise.all(unknown.map((id) => once(`member ${id}`, () => readMember(id))));
}

export async function readMember(id: Id): Promise<void> {
  try {
    const member = await undisturbed(() => calls.getMember(id));
    update((known) => onMember(known, member));
  } catch (error) {
    if (!(error instanceof Problem)) throw error; // else: has left meanwhile
  }
}

export function readFriends(): Promise<void> {
  return once("friends", async () => {
    const friends = byId(await undisturbed(calls.listFriends));
    update((known) => ({ ...known, friends, people: { ...known.people, ...friends } }));
  });
}

export function readInvites(): Promise<void> {
  return once("invites", async () => {
    const invites = await undisturbed(calls.listInvites);
    update((known) => ({ ...known, invites: byId(invites) }));
    readSenders(invites);
  });
}

export function readChats(): Promise<void> {
  return once("chats", async () => {
    takeChats(await calls.listChats(0, CHATS_AT_ONCE));
  });
}

export function readMoreChats(): Promise<void> {
  return once("more chats", async () => {
    const chats = await calls.listChats(Object.keys(state.value.chats).length, CHATS_AT_ONCE);
    hasMoreChats.value = chats.length === CHATS_AT_ONCE;
    takeChats(chats);
  });
}

function takeChats(chats: Awaited<ReturnType<typeof calls.listChats>>): void {
  update((known) => {
    const all = { ...known.chats };
    for (const chat of chats) {
      all[chat.id] ??= { ...withNewest(undefined, chat, 1), isRead: false };
    }
    return { ...known, chats: all };
  });
}

/** Read the newest messages of a chat. */
export function readChat(id: Id): Promise<void> {
  return once(`chat ${id}`, async () => {
    const page = await calls.getChat(id, MESSAGES_AT_ONCE);
    update((known) => ({
      ...known,
      chats: { ...known.chats, [id]: withNewest(known.chats[id], page, MESSAGES_AT_ONCE) },
    }));
  });
}

export function readEarlier(id: Id): Promise<void> {
  return once(`earlier ${id}`, async () => {
    const first = state.value.chats[id]?.messages[0];
    const page = await calls.getChat(id, MESSAGES_AT_ONCE, first?.id);
    update((known) => {
      const chat = known.chats[id];
      if (!chat) return known;
      return { ...known, chats: { ...known.chats, [id]: withOlder(chat, page, MESSAGES_AT_ONCE) } };
    });
  });
}

export function forget(chat: Id): void {
  update((known) => ({ ...known, chats: without(known.chats, chat) }));
}

/** Read who somebody is, unless it is known. */
export function readPerson(id: Id): Promise<void> {
  if (nameOf(id)) return Promise.resolve();
  return once(`person ${id}`, async () => {
    const person = await calls.getPerson(id);
    update((known) => ({ ...known, people: { [id]: person, ...known.people } }));
  });
}

/** The same for the senders of invitations: a name that cannot be had now is asked for when it is shown. */
function readSenders(invites: readonly Invite[]): void {
  for (const invite of invites) void readPerson(invite.sender_id).catch(() => undefined);
}

async function nameOfSender(invite: Invite): Promise<string> {
  await readPerson(invite.sender_id).catch(() => undefined);
  return nameOf(invite.sender_id) ?? t().someone;
}
