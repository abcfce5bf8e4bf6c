import assert from "node:assert/strict";
import { test } from "node:test";
import { changesOf } from "./draft.ts";
import { draggedDrafts, drawnSpan, movedSpan, stretchedSpan } from "./drag.ts";
import { planned } from "./planned.ts";

const DAY = "2031-05-13";
const at = (minute: number, day = DAY) => ({ day, minute });
const span = { start: `${DAY}T09:10`, end: `${DAY}T10:40` };

test("what is moved keeps its length, and begins on the quarter of an hour", () => {
  assert.deepEqual(movedSpan(span, at(600), at(668)), { start: `${DAY}T10:15`, end: `${DAY}T11:45` });
  assert.deepEqual(movedSpan(span, at(600), at(600, "2031-05-11")), {
    start: "2031-05-11T09:15",
    end: "2031-05-11T10:45",
  });
  assert.deepEqual(movedSpan(span, at(0), at(900)), { start: "2031-05-14T00:15", end: "2031-05-14T01:45" });
});

test("what is stretched ends where the pointer is, after its start", () => {
  assert.equal(stretchedSpan(span, at(727)).end, `${DAY}T12:00`);
  assert.equal(stretchedSpan(span, at(120)).end, `${DAY}T09:25`);
  assert.equal(stretchedSpan(span, at(60, "2031-05-14")).end, "2031-05-14T01:00");
});

test("what is drawn is on one day, up or down, and at least half an hour", () => {
  assert.deepEqual(drawnSpan(at(540), at(655)), { start: `${DAY}T09:00`, end: `${DAY}T11:00` });
  assert.deepEqual(drawnSpan(at(655), at(540)), { start: `${DAY}T09:00`, end: `${DAY}T11:00` });
  assert.deepEqual(drawnSpan(at(540), at(541)), { start: `${DAY}T09:00`, end: `${DAY}T09:30` });
  assert.deepEqual(drawnSpan(at(1435), at(0, "2031-05-14")), { start: `${DAY}T23:30`, end: "2031-05-14T00:00" });
});

test("what is dragged here moves by the clocks of its own zone, and across their change", () => {
  const call = planned("call", "2031-03-28T19:00", "2031-03-28T20:00", {
    time_zone: "Europe/Berlin",
    starts_at: "2031-03-28T19:00:00+01:00",
    ends_at: "2031-03-28T20:00:00+01:00",
  });
  assert.equal(call.start, "2031-03-28T18:00");
  const { before, after } = draggedDrafts(call.event, { start: "2031-03-31T18:00", end: "2031-03-31T19:00" }, "UTC");
  assert.deepEqual(changesOf(before, after), { datetime: "31.03.2031 20:00", end_datetime: "31.03.2031 21:00" });
});

test("what has no end has none when it is moved, and one when it is stretched", () => {
  const tea = planned("tea", `${DAY}T16:00`, null);
  const to = (end: string) => {
    const { before, after } = draggedDrafts(tea.event, { start: `${DAY}T17:00`, end: `${DAY}T${end}` }, "UTC");
    return changesOf(before, after);
  };
  assert.deepEqual(to("17:00"), { datetime: "13.05.2031 17:00", end_datetime: null });
  assert.deepEqual(to("18:00"), { datetime: "13.05.2031 17:00", end_datetime: "13.05.2031 18:00" });
});

test("a bar over days moves by days, with its end or without", () => {
  const to = (end: string | null) => {
    const trip = planned("trip", DAY, end);
    const { before, after } = draggedDrafts(trip.event, movedSpan(trip, at(600), at(900, "2031-05-15")), "UTC");
    return changesOf(before, after);
  };
  assert.deepEqual(to("2031-05-16"), { datetime: "15.05.2031 00:00", end_datetime: "18.05.2031 00:00" });
  assert.deepEqual(to(null), { datetime: "15.05.2031 00:00", end_datetime: null });
});
