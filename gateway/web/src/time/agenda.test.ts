import assert from "node:assert/strict";
import { test } from "node:test";
import { agendaOf } from "./agenda.ts";
import { planned } from "./planned.ts";

test("an agenda lists days that have something, in order, and what goes on still", () => {
  const all = [
    planned("tea", "2031-05-14T16:00", null),
    planned("run", "2031-05-14T08:00", "2031-05-14T09:00"),
    planned("trip", "2031-05-10", "2031-05-16"),
    planned("over", "2031-05-12T20:00", "2031-05-13T00:00"),
    planned("later", "2031-06-01", null),
  ];
  assert.deepEqual(
    agendaOf(all, "2031-05-13", "2031-05-31").map(({ day, placed }) => [day, placed.map(({ event }) => event.name)]),
    [
      ["2031-05-13", ["trip"]],
      ["2031-05-14", ["run", "tea"]],
    ],
  );
});
