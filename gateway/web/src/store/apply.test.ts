import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CalendarEvent, Message } from "../api/types.ts";
import { apply } from "./apply.ts";
import { inOrder, NOTHING, type State } from "./state.ts";

const ME = "me";
const EMPTY: State = { ...NOTHING, me: { ...NOTHING.me, id: ME } };

const party: CalendarEvent = {
  id: "party",
  type: "group",
  name: "Party",
  is_private: "true",
  datetime: "17.05.2031 19:30",
  end_datetime: null,
  all_day: "false",
  time_zone: null,
  recurrence: null,
  occurrence: null,
  starts_at: "2031-05-17T19:30:00",
  ends_at: null,
  address: "Home",
  description: "",
  icon: "cake.svg",
  member_id_list: ["m1"],
  chat_id: "chat",
};
const member = (id: string, user: string) => ({
  member_id: id,
  user_id: user,
  name: user,
  email: null,
  profile_pic: "",
  event_id: party.id,
  is_can_invite_user: false,
  is_can_delete_user: false,
  is_can_change_event: false,
  is_can_delete_event: false,
});
const message = (id: string, datetime: number, chat_id = "chat"): Message => ({
  id,
  chat_id,
  user_id: ME,
  datetime,
  text: id,
});

/** What an evening's stream said. */
const STREAM = (
  [
    ["event.created.v1", party],
    ["member.joined.v1", member("m1", ME)],
    ["member.joined.v1", member("m2", "ben")],
    ["message.posted.v1", message("one", 1)],
    ["message.posted.v1", message("two", 2)],
    ["message.edited.v1", { ...message("one", 1), text: "edited" }],
    ["message.deleted.v1", { id: "two", chat_id: "chat" }],
    ["event.changed.v1", { ...party, member_id_list: ["m1", "m2"], address: "The lake" }],
    ["friend.added.v1", { id: "ben", name: "Ben", profile_pic: "", chat_id: "dialog" }],
    ["invite.received.v1", { id: "i", sender_id: "zoe", receiver_id: ME, type: "friend", event_id: null }],
    ["unheard-of.v9", { id: "?" }],
  ] as const
).map(([type, data], at) => ({ id: String(at), type, data }));

const after = (items: readonly { id: string; type: string; data: unknown }[], state = EMPTY) =>
  items.reduce(apply, state);

test("the state is what the stream has said", () => {
  const state = after(STREAM);
  assert.equal(state.events.party?.address, "The lake");
  assert.deepEqual(state.events.party?.member_id_list, ["m1", "m2"]);
  assert.deepEqual(
    state.chats.chat?.messages.map(({ text }) => text),
    ["edited"],
  );
  assert.equal(state.chats.dialog?.user_id_2, "ben");
  assert.equal(state.friends.ben?.name, "Ben");
  assert.deepEqual(Object.keys(state.invites), ["i"]);
});

test("hearing everything twice changes nothing", () => {
  const once = after(STREAM);
  assert.deepEqual(after(STREAM, once), once);
});

test("hearing each item twice in a row changes nothing", () => {
  assert.deepEqual(after(STREAM.flatMap((item) => [item, item])), after(STREAM));
});

describe("what ends", () => {
  test("an event that is deleted takes its members, its chat and its invitations with it", () => {
    const invite = { id: "j", sender_id: "zoe", receiver_id: ME, type: "event" as const, event_id: party.id };
    const known = apply(after(STREAM), { id: "98", type: "invite.received.v1", data: invite });
    const state = apply(known, { id: "99", type: "event.deleted.v1", data: { id: party.id } });
    assert.deepEqual([state.events, state.members, Object.keys(state.chats)], [{}, {}, ["dialog"]]);
    assert.deepEqual(Object.keys(state.invites), ["i"]);
    assert.equal(state.mine.size, 0);
  });

  test("my own leaving is the end of the event for me, another's is not", () => {
    const left = (id: string, user: string) => ({ member_id: id, user_id: user, event_id: party.id });
    const known = after(STREAM);
    const withoutBen = apply(known, { id: "98", type: "member.left.v1", data: left("m2", "ben") });
    assert.deepEqual(withoutBen.events.party?.member_id_list, ["m1"]);
    assert.deepEqual(apply(known, { id: "99", type: "member.left.v1", data: left("m1", ME) }).events, {});
  });

  test("a friendship ends, its dialog stays", () => {
    const state = apply(after(STREAM), { id: "99", type: "friend.removed.v1", data: { id: "ben" } });
    assert.deepEqual(state.friends, {});
    assert.ok(state.chats.dialog);
  });
});

test("a change of an event that I only look at does not put it into my calendar", () => {
  const state = apply(EMPTY, { id: "1", type: "event.changed.v1", data: party });
  assert.deepEqual(state.calendar, {});
  assert.deepEqual(Object.keys(after(STREAM).calendar), [party.id]);
});

describe("what repeats", () => {
  const dinner = { ...party, id: "dinner", recurrence: "FREQ=WEEKLY;BYDAY=TU", chat_id: null };
  const on = (day: string, more = {}) => ({ ...dinner, occurrence: `${day}.05.2031 19:30`, ...more });
  const heard = (type: string, data: unknown) => ({ id: "99", type, data });
  const known = (): State => {
    const created = apply(EMPTY, heard("event.created.v1", dinner));
    return { ...created, outdated: {}, calendar: { "dinner 20.05.2031 19:30": on("20"), other: party } };
  };

  test("does not stand in the calendar by itself: its occurrences are to be read", () => {
    const state = apply(EMPTY, heard("event.created.v1", dinner));
    assert.deepEqual([Object.keys(state.calendar), Object.keys(state.outdated)], [[], ["dinner"]]);
  });

  test("an occurrence that is changed or cancelled is that alone", () => {
    const moved = apply(known(), heard("occurrence.changed.v1", on("20", { datetime: "21.05.2031 20:00" })));
    assert.equal(moved.calendar["dinner 20.05.2031 19:30"]?.datetime, "21.05.2031 20:00");
    assert.deepEqual(moved.outdated, {});
    const cancelled = heard("occurrence.cancelled.v1", { id: "dinner", occurrence: "20.05.2031 19:30" });
    assert.deepEqual(Object.keys(apply(known(), cancelled).calendar), ["other"]);
    assert.deepEqual(apply(apply(known(), cancelled), cancelled), apply(known(), cancelled));
  });

  test("a change of the event outdates its occurrences, until they are read they are shown", () => {
    const state = apply(known(), heard("event.changed.v1", { ...dinner, name: "Supper" }));
    assert.deepEqual(Object.keys(state.outdated), ["dinner"]);
    assert.equal(Object.keys(state.calendar).length, 2);
  });

  test("what does not repeat any more stands in the calendar itself", () => {
    const state = apply(known(), heard("event.changed.v1", { ...dinner, recurrence: null }));
    assert.deepEqual([Object.keys(state.calendar).sort(), state.outdated], [["dinner", "other"], {}]);
  });

  test("what is deleted, or left, takes its occurrences with it", () => {
    const changed = apply(known(), heard("event.changed.v1", dinner));
    const state = apply(changed, heard("event.deleted.v1", { id: "dinner" }));
    assert.deepEqual([Object.keys(state.calendar), state.outdated], [["other"], {}]);
  });
});

test("the chat with the newest message comes first, empty ones last", () => {
  const state = after([...STREAM, { id: "99", type: "message.posted.v1", data: message("late", 9, "other") }]);
  assert.deepEqual(
    inOrder(state.chats).map(({ id }) => id),
    ["other", "chat", "dialog"],
  );
});
