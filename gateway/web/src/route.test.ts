import assert from "node:assert/strict";
import { test } from "node:test";
import { today } from "./dates.ts";
import { parse, to } from "./route.ts";

test("every way that is made leads where it says", () => {
  const id = "0123456789abcdef01234567";
  assert.deepEqual(parse(to.calendar("2031-05-17")), { page: "calendar", day: "2031-05-17", isNew: false });
  assert.deepEqual(parse(to.newEvent("2031-05-17")), { page: "calendar", day: "2031-05-17", isNew: true });
  assert.deepEqual(parse(to.event(id)), { page: "event", id, isEdited: false });
  assert.deepEqual(parse(to.editEvent(id)), { page: "event", id, isEdited: true });
  assert.deepEqual(parse(to.dialog(id)), { page: "dialogs", chat: id });
  assert.deepEqual(parse(to.dialogs()), { page: "dialogs", chat: null });
  for (const page of ["friends", "invitations", "profile"] as const) assert.deepEqual(parse(to[page]()), { page });
});

test("no way at all is today's", () => {
  assert.deepEqual(parse(""), { page: "calendar", day: today(), isNew: false });
  assert.deepEqual(parse("#/calendar/nonsense"), { page: "calendar", day: today(), isNew: false });
});

test("a month is its first day", () => {
  assert.deepEqual(parse("#/calendar/2031-05"), { page: "calendar", day: "2031-05-01", isNew: false });
});

test("a way to nothing is said to be one", () => {
  assert.deepEqual(parse("#/nowhere"), { page: "unknown" });
  assert.deepEqual(parse("#/event"), { page: "unknown" });
});
