import assert from "node:assert/strict";
import { test } from "node:test";
import { EVERY, firstDates, fromRule, isLastInMonth, nearest, numberInMonth, type Repeat, toRule } from "./repeat.ts";

/** A Tuesday, the second of its month. */
const TUESDAY = "2031-05-13";

const choice = (more: Partial<Repeat>): Repeat => ({ ...EVERY, ...more });
const dates = (more: Partial<Repeat>, start = TUESDAY, count = 5) => firstDates(choice(more), start, count);

const RULES: [Partial<Repeat>, string][] = [
  [{ every: "day" }, "FREQ=DAILY"],
  [{ every: "day", interval: 3, ends: "count", count: 7 }, "FREQ=DAILY;INTERVAL=3;COUNT=7"],
  [{ every: "week" }, "FREQ=WEEKLY;BYDAY=TU"],
  [{ every: "week", interval: 2, days: [4] }, "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,FR"],
  [{ every: "week", ends: "until", until: "2032-03-01" }, "FREQ=WEEKLY;UNTIL=20320301;BYDAY=TU"],
  [{ every: "month" }, "FREQ=MONTHLY;BYMONTHDAY=13"],
  [{ every: "month", by: "weekday" }, "FREQ=MONTHLY;BYDAY=2TU"],
  [{ every: "year" }, "FREQ=YEARLY"],
];

test("what is chosen is written as a rule, and the rule is read as what was chosen", () => {
  for (const [chosen, rule] of RULES) {
    assert.equal(toRule(choice(chosen), TUESDAY), rule);
    assert.deepEqual(fromRule(rule, TUESDAY), choice(chosen), rule);
  }
  assert.equal(toRule(choice({ every: "month", by: "last" }), "2031-05-27"), "FREQ=MONTHLY;BYDAY=-1TU");
  assert.equal(fromRule("FREQ=MONTHLY;BYDAY=-1TU", "2031-05-27")?.by, "last");
});

test("what a start says anyway may be said", () => {
  assert.deepEqual(fromRule("FREQ=WEEKLY", TUESDAY), choice({}));
  assert.deepEqual(fromRule("FREQ=MONTHLY", TUESDAY), choice({ every: "month" }));
  assert.deepEqual(fromRule("FREQ=YEARLY;BYMONTHDAY=13;BYMONTH=5", TUESDAY), choice({ every: "year" }));
  assert.equal(fromRule("FREQ=WEEKLY;UNTIL=20310603T190000;BYDAY=TU", TUESDAY)?.until, "2031-06-03");
});

test("what cannot be chosen is not taken for something else", () => {
  for (const rule of [
    "FREQ=MONTHLY;BYMONTHDAY=13,14",
    "FREQ=MONTHLY;BYMONTHDAY=-1",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "FREQ=MONTHLY;BYDAY=TU",
    "FREQ=YEARLY;BYDAY=20MO",
    "FREQ=DAILY;BYMONTH=5",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU",
  ]) {
    assert.equal(fromRule(rule, TUESDAY), null, rule);
  }
});

test("days, weeks, months and years go by", () => {
  assert.deepEqual(dates({ every: "day", interval: 20 }, TUESDAY, 3), ["2031-05-13", "2031-06-02", "2031-06-22"]);
  assert.deepEqual(dates({ every: "week", interval: 2, days: [0, 4] }, TUESDAY, 4), [
    "2031-05-13",
    "2031-05-16",
    "2031-05-26",
    "2031-05-27",
  ]);
  assert.deepEqual(dates({ every: "month", by: "weekday" }, TUESDAY, 3), ["2031-05-13", "2031-06-10", "2031-07-08"]);
  assert.deepEqual(dates({ every: "month", by: "last" }, "2031-05-30", 3), ["2031-05-30", "2031-06-27", "2031-07-25"]);
  assert.deepEqual(dates({ every: "year" }, TUESDAY, 2), ["2031-05-13", "2032-05-13"]);
});

test("what a month or a year does not have is left out", () => {
  assert.deepEqual(dates({ every: "month" }, "2031-01-31", 3), ["2031-01-31", "2031-03-31", "2031-05-31"]);
  assert.deepEqual(dates({ every: "year" }, "2096-02-29", 3), ["2096-02-29", "2104-02-29", "2108-02-29"]);
  assert.deepEqual(dates({ every: "month", by: "weekday" }, "2031-05-29", 2), ["2031-05-29", "2031-07-31"]);
});

test("it ends with its day, with its number, or with the calendar", () => {
  assert.deepEqual(dates({ ends: "until", until: "2031-05-20" }), ["2031-05-13", "2031-05-20"]);
  assert.deepEqual(dates({ ends: "count", count: 2 }), ["2031-05-13", "2031-05-20"]);
  assert.deepEqual(dates({ every: "day" }, "9999-12-30"), ["9999-12-30", "9999-12-31"]);
  assert.deepEqual(dates({ every: "week", days: [5, 6] }, "9999-12-31"), ["9999-12-31"]);
  assert.deepEqual(dates({ every: "month" }, "9999-11-30"), ["9999-11-30", "9999-12-30"]);
  assert.deepEqual(dates({ every: "year" }, "9998-12-31"), ["9998-12-31", "9999-12-31"]);
  assert.deepEqual(dates({ every: "year", interval: 250 }, "2096-02-29", 3), [
    "2096-02-29",
    "2596-02-29",
    "3096-02-29",
  ]);
});

test("a day is counted from the first of its month, and known to be the last", () => {
  assert.deepEqual(["2031-05-01", "2031-05-07", "2031-05-08", "2031-05-29"].map(numberInMonth), [1, 1, 2, 5]);
  assert.deepEqual(["2031-05-24", "2031-05-25", "2031-05-31", "9999-12-25"].map(isLastInMonth), [
    false,
    true,
    true,
    true,
  ]);
});

test("a series that is moved begins on the nearest day that fits", () => {
  const weekly = choice({ days: [4] });
  assert.equal(nearest(weekly, "2031-05-13", "2031-05-07"), "2031-05-06");
  assert.equal(nearest(choice({ every: "month", by: "weekday" }), TUESDAY, "2031-01-17"), "2031-01-14");
  assert.equal(nearest(choice({ every: "month" }), "2031-02-01", "2031-01-31"), "2031-02-01");
  assert.equal(nearest(choice({ every: "year" }), "2031-03-01", "2028-02-29"), "2028-03-01");
});
