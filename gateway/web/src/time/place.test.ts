import assert from "node:assert/strict";
import { test } from "node:test";
import { byDay, isElsewhere, overlap, place } from "./place.ts";
import { anEvent, planned } from "./planned.ts";

const days = (...all: ReturnType<typeof planned>[]) =>
  Object.fromEntries([...byDay(all)].map(([day, some]) => [day, some.map(({ event }) => event.name)]));

test("a zoned event stands where the clocks here are, and says that they differ", () => {
  const event = anEvent("call", "2031-01-14T23:30", "2031-01-15T00:30", {
    time_zone: "Europe/Berlin",
    starts_at: "2031-01-14T23:30:00+01:00",
    ends_at: "2031-01-15T00:30:00+01:00",
  });
  const there = place({ ...event }, "Pacific/Auckland");
  assert.deepEqual([there.start, there.end, there.firstDay], ["2031-01-15T11:30", "2031-01-15T12:30", "2031-01-15"]);
  assert.ok(isElsewhere(there));
  assert.ok(!isElsewhere(place({ ...event }, "Europe/Paris")));
});

test("floating and all-day times are the same everywhere", () => {
  const tea = anEvent("tea", "2031-01-14T16:00", null);
  const trip = anEvent("trip", "2031-01-14", "2031-01-16");
  for (const zone of ["Pacific/Auckland", "Pacific/Honolulu"]) {
    assert.equal(place({ ...tea }, zone).start, "2031-01-14T16:00");
    assert.deepEqual(
      [place({ ...trip }, zone).firstDay, place({ ...trip }, zone).lastDay],
      ["2031-01-14", "2031-01-15"],
    );
    assert.ok(!isElsewhere(place({ ...tea }, zone)));
  }
});

test("an event of several days is on each of them, one that ends at midnight not on the next", () => {
  assert.deepEqual(
    days(planned("trip", "2031-01-14", "2031-01-16"), planned("tea", "2031-01-15T16:00", "2031-01-16T00:00")),
    {
      "2031-01-14": ["trip"],
      "2031-01-15": ["trip", "tea"],
    },
  );
});

test("an all-day event without an end takes its day", () => {
  const holiday = planned("holiday", "2031-01-14", null);
  assert.deepEqual([holiday.isLong, holiday.lastDay], [true, "2031-01-14"]);
});

test("times that only touch do not overlap; what takes no time overlaps what it falls into", () => {
  const lunch = planned("lunch", "2031-01-14T12:00", "2031-01-14T13:00");
  const at = (start: string, end: string | null = null) =>
    planned("other", `2031-01-14T${start}`, end && `2031-01-14T${end}`);
  assert.ok(overlap(lunch, at("12:30", "14:00")) && overlap(lunch, at("12:00")));
  assert.ok(!overlap(lunch, at("13:00", "14:00")) && !overlap(lunch, at("13:00")));
});
