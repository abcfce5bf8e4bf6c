import assert from "node:assert/strict";
import { test } from "node:test";
import { daysFrom } from "../dates.ts";
import { barsOf, blocksOf } from "./layout.ts";
import { planned } from "./planned.ts";

const DAY = "2031-05-13";
const on = (name: string, start: string, end: string | null) => planned(name, start, end);
const lanes = (...all: ReturnType<typeof on>[]) =>
  Object.fromEntries(blocksOf(DAY, all).map(({ placed, lane, lanes }) => [placed.event.name, `${lane + 1}/${lanes}`]));

test("what overlaps stands side by side, what follows has the whole width", () => {
  assert.deepEqual(
    lanes(
      on("run", `${DAY}T08:00`, `${DAY}T10:00`),
      on("call", `${DAY}T09:00`, `${DAY}T09:30`),
      on("tea", `${DAY}T09:30`, `${DAY}T11:00`),
      on("lunch", `${DAY}T12:00`, `${DAY}T13:00`),
    ),
    { run: "1/2", call: "2/2", tea: "2/2", lunch: "1/1" },
  );
});

test("what takes no time can still be read, also right before midnight", () => {
  const [alarm, late] = blocksOf(DAY, [on("alarm", `${DAY}T07:00`, null), on("late", `${DAY}T23:59`, null)]);
  assert.deepEqual([alarm!.from, alarm!.to], [420, 450]);
  assert.deepEqual([late!.from, late!.to], [1410, 1440]);
});

test("a night is cut at midnight", () => {
  const night = on("party", `${DAY}T22:00`, "2031-05-14T02:00");
  assert.deepEqual([blocksOf(DAY, [night])[0]!.from, blocksOf(DAY, [night])[0]!.to], [1320, 1440]);
  const [rest] = blocksOf("2031-05-14", [night]);
  assert.deepEqual([rest!.from, rest!.to], [0, 120]);
});

test("bars of several days keep their lane, and are cut at the ends of the week", () => {
  const week = daysFrom("2031-05-12", 7);
  const all = [
    planned("trip", "2031-05-08", "2031-05-14"),
    planned("fair", "2031-05-13", "2031-05-16"),
    planned("holiday", "2031-05-14", null),
    planned("course", "2031-05-17T09:00", "2031-05-20T17:00"),
    planned("tea", "2031-05-13T09:00", "2031-05-13T10:00"),
  ];
  assert.deepEqual(
    barsOf(week, all).map(({ placed, from, days, lane, isBegun, isUnended }) => [
      placed.event.name,
      from,
      days,
      lane,
      isBegun,
      isUnended,
    ]),
    [
      ["trip", 0, 2, 0, true, false],
      ["fair", 1, 3, 1, false, false],
      ["holiday", 2, 1, 0, false, false],
      ["course", 5, 2, 0, false, true],
    ],
  );
});
