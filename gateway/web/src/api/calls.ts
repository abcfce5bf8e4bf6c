/** One function for each request that this client makes. */

import type { Day } from "../dates.ts";
import { type Answer, send } from "./http.ts";
import type { Agenda, CalendarEvent, Chat, Id, Invite, Me, Member, NewEvent, Person, Reach, Rights } from "./types.ts";

const AGENDA_PAGE = 1000;

export const getMe = (): Promise<Answer<Me>> => send<Me>("GET", "/user");

export const getPerson = async (id: Id): Promise<Person> =>
  (await send<Person>("GET", "/person", { query: { id } })).data!;

export const searchPeople = (text: string): Promise<Person[]> =>
  list(send("GET", "/search/users", { query: { filtered_str: text } }));

export const listMonth = async (year: number, month: number): Promise<CalendarEvent[]> => {
  const { data } = await send<Record<string, CalendarEvent[]>>("GET", "/events", { query: { year, month } });
  return Object.values(data ?? {}).flat();
};

/** What overlaps the days from one to before another, as a zone counts them; null: as each event does. */
export async function listAgenda(from: Day, to: Day, zone: string | null): Promise<CalendarEvent[]> {
  const events: CalendarEvent[] = [];
  const query = { from, to, time_zone: zone ?? undefined, limit: AGENDA_PAGE };
  for (let after: string | undefined; ; ) {
    const { data } = await send<Agenda>("GET", "/agenda", { query: { ...query, after } });
    events.push(...data!.events);
    if (!data!.next) return events;
    after = data!.next;
  }
}

export const getEvent = (id: Id, occurrence: string | null = null): Promise<Answer<CalendarEvent>> =>
  send("GET", "/event", { query: { id, occurrence: occurrence ?? undefined } });

export const createEvent = async (event: NewEvent): Promise<Id> =>
  (await send<{ id: Id }>("POST", "/event", { body: event })).data!.id;

/** `tag`: the ETag of what the person has seen, so that nobody's change is overwritten unseen. */
export const changeEvent = (id: Id, changes: Partial<NewEvent>, reach: Reach, tag?: string): Promise<unknown> =>
  send("PUT", "/event", { body: { id, ...changes, ...reach }, headers: tag ? { "If-Match": tag } : {} });

export const deleteEvent = (id: Id, { occurrence, scope }: Reach): Promise<unknown> =>
  send("DELETE", "/event", { query: { id, ...(occurrence && { occurrence, scope }) } });

export const leaveEvent = (id: Id): Promise<unknown> => send("DELETE", "/event/group/leave", { query: { id } });

export const getMember = async (id: Id): Promise<Member> =>
  (await send<Member>("GET", "/member", { query: { id } })).data!;

export const changeRights = (id: Id, rights: Partial<Rights>): Promise<unknown> =>
  send("PUT", "/member", { body: { id, ...rights } });

export const removeMember = (id: Id): Promise<unknown> => send("DELETE", "/member", { query: { id } });

export const listChats = (skip: number, count: number): Promise<Chat[]> =>
  list(send("GET", "/chats", { query: { count_getting: skip, count, msg_limit: 1 } }));

export const getChat = async (id: Id, limit: number, before?: Id): Promise<Chat> =>
  (await send<Chat>("GET", "/chat", { query: { id, limit, before } })).data!;

export const postMessage = (chat_id: Id, text: string): Promise<unknown> =>
  send("POST", "/chat/msg", { body: { chat_id, text } });

export const editMessage = (id: Id, text: string): Promise<unknown> => send("PUT", "/chat/msg", { body: { id, text } });

export const deleteMessage = (id: Id): Promise<unknown> => send("DELETE", "/chat/msg", { query: { id } });

export const listFriends = (): Promise<Person[]> => list(send("GET", "/friends"));

export const endFriendship = (id: Id): Promise<unknown> => send("DELETE", "/friend", { query: { id } });

export const listInvites = (): Promise<Invite[]> => list(send("GET", "/invites"));

export const sendInvite = (receiver_id: Id, event_id?: Id): Promise<unknown> =>
  send("POST", "/invite", {
    body: event_id ? { type: "event", receiver_id, event_id } : { type: "friend", receiver_id },
  });

export const answerInvite = (id: Id, action: "accept" | "decline"): Promise<unknown> =>
  send("DELETE", "/invite", { query: { id, action } });

async function list<T>(answer: Promise<Answer<T[]>>): Promise<T[]> {
  return (await answer).data ?? [];
}
