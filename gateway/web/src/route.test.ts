import assert from "node:assert/strict";
import { test } from "node:test";
import { today } from "./dates.ts";
import { VIEWS } from "./preferences.ts";
import { parse, to } from "./route.ts";

const DAY = "2031-05-17";

test("every way that is made leads where it says", () => {
  const id = "0123456789abcdef01234567";
  assert.deepEqual(parse(to.calendar(DAY)), { page: "calendar", view: "month", day: DAY });
  for (const view of VIEWS) assert.deepEqual(parse(to.view(view, DAY)), { page: "calendar", view, day: DAY });
  assert.deepEqual(parse(to.newEvent(DAY)), { page: "new", day: DAY, outline: null });
  const outline = { from: "19:30", to: "24:00" };
  assert.deepEqual(parse(to.newEvent(DAY, outline)), { page: "new", day: DAY, outline });
  assert.deepEqual(parse(to.event(id)), { page: "event", id, occurrence: null, isEdited: false });
  assert.deepEqual(parse(to.editEvent(id)), { page: "event", id, occurrence: null, isEdited: true });
  const occurrence = "17.05.2031 19:30";
  assert.deepEqual(parse(to.event(id, occurrence)), { page: "event", id, occurrence, isEdited: false });
  assert.deepEqual(parse(to.editEvent(id, occurrence)), { page: "event", id, occurrence, isEdited: true });
  assert.deepEqual(parse(to.dialog(id)), { page: "dialogs", chat: id });
  assert.deepEqual(parse(to.dialogs()), { page: "dialogs", chat: null });
  for (const page of ["friends", "invitations", "profile"] as const) assert.deepEqual(parse(to[page]()), { page });
});

test("no way at all is today's", () => {
  assert.deepEqual(parse(""), { page: "calendar", view: null, day: today() });
  assert.deepEqual(parse("#/calendar/nonsense"), { page: "calendar", view: "month", day: today() });
  assert.deepEqual(parse("#/new/nonsense/9-10"), { page: "new", day: today(), outline: null });
});

test("a month is its first day", () => {
  assert.deepEqual(parse("#/calendar/2031-05"), { page: "calendar", view: "month", day: "2031-05-01" });
});

test("a way to nothing is said to be one", () => {
  assert.deepEqual(parse("#/nowhere"), { page: "unknown" });
  assert.deepEqual(parse("#/event"), { page: "unknown" });
});
