import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  asEvent,
  blank,
  changesOf,
  type Draft,
  draftOf,
  faultsOf,
  fitted,
  moved,
  repeatDay,
  scopesOf,
} from "./draft.ts";
import { anEvent } from "./planned.ts";

/** A Tuesday. */
const DAY = "2031-05-13";
const draft = (more: Partial<Draft> = {}): Draft => ({ ...blank(DAY, "Europe/Berlin"), name: "Dinner", ...more });
const times = (one: Draft) => {
  const { datetime, end_datetime, all_day, time_zone } = asEvent(one);
  return [datetime, end_datetime, all_day, time_zone];
};

describe("what is planned", () => {
  test("is an hour in the zone of whoever plans it, and whole days in none", () => {
    assert.deepEqual(times(draft()), ["13.05.2031 18:00", "13.05.2031 19:00", "false", "Europe/Berlin"]);
    assert.deepEqual(times(draft({ isAllDay: true })), ["13.05.2031 00:00", "14.05.2031 00:00", "true", null]);
    assert.deepEqual(times(draft({ endTime: "" }))[1], null);
    assert.deepEqual(times(blank(DAY, null, "22:00", "24:00")), [
      "13.05.2031 22:00",
      "14.05.2031 00:00",
      "false",
      null,
    ]);
  });

  test("keeps its length when its start is moved, and its end while the start is half typed", () => {
    assert.deepEqual(times(moved(draft({ endTime: "02:00", endDay: "2031-05-14" }), { time: "20:00" })).slice(0, 2), [
      "13.05.2031 20:00",
      "14.05.2031 04:00",
    ]);
    assert.deepEqual(times(moved(draft({ isAllDay: true, endDay: "2031-05-14" }), { day: "2031-05-30" })).slice(0, 2), [
      "30.05.2031 00:00",
      "01.06.2031 00:00",
    ]);
    const typing = moved(draft(), { time: "" });
    assert.equal(typing.endTime, "19:00");
    assert.equal(moved(typing, { time: "15:00" }, { day: DAY, time: "18:00" }).endTime, "16:00");
  });

  test("is read from an event and says the same of it", () => {
    const trip = anEvent("trip", DAY, "2031-05-16");
    const { datetime, end_datetime, all_day, time_zone, recurrence } = trip;
    assert.deepEqual(draftOf(trip, "").endDay, "2031-05-15");
    const said = asEvent(draftOf(trip, "cake.svg"));
    assert.deepEqual({ ...said, datetime, end_datetime, all_day, time_zone, recurrence }, said);
    const strange = anEvent("strange", DAY, null, { recurrence: "FREQ=MONTHLY;BYMONTHDAY=13,14" });
    assert.equal(asEvent(draftOf(strange, "")).recurrence, strange.recurrence);
  });

  test("is wrong where it is wrong", () => {
    const weekly = { repeats: "chosen" as const };
    const { repeat } = draft();
    const wrong: [Partial<Draft>, object][] = [
      [{}, {}],
      [{ day: "" }, { day: "missing" }],
      [{ day: "12031-05-13" }, { day: "year" }],
      [{ time: "" }, { time: "missing" }],
      [{ endTime: "18:00" }, { endDay: "early" }],
      [{ isAllDay: true, endDay: "2031-05-12" }, { endDay: "early" }],
      [{ endDay: "2032-05-14" }, { endDay: "long" }],
      [{ ...weekly, repeat: { ...repeat, ends: "until" } }, { until: "missing" }],
      [{ ...weekly, repeat: { ...repeat, ends: "until", until: "2031-05-12" } }, { until: "early" }],
      [{ ...weekly, repeat: { ...repeat, ends: "count", count: 1001 } }, { count: "number" }],
      [{ ...weekly, repeat: { ...repeat, interval: 0 } }, { interval: "number" }],
    ];
    for (const [more, fault] of wrong) assert.deepEqual(faultsOf(draft(more)), fault, JSON.stringify(more));
  });

  test("may end before it begins by the clock, on the night when that is set back", () => {
    const night = { day: "2031-10-26", endDay: "2031-10-26" };
    assert.deepEqual(faultsOf(draft({ ...night, time: "03:30", endTime: "03:15" })), { endDay: "early" });
    assert.deepEqual(faultsOf(draft({ ...night, time: "02:30", endTime: "03:00" })), {});
  });
});

describe("what is changed", () => {
  const series = anEvent("dinner", "2031-05-06T19:00", "2031-05-06T22:00", { recurrence: "FREQ=WEEKLY;BYDAY=TU" });
  const occurrence = (more = {}) =>
    anEvent("dinner", `${DAY}T19:00`, `${DAY}T22:00`, {
      recurrence: series.recurrence,
      occurrence: "13.05.2031 19:00",
      ...more,
    });
  const before = draftOf(occurrence(), "cake.svg");

  test("of one occurrence is said as it is", () => {
    const after = moved(before, { day: "2031-05-14", time: "20:00" });
    const changes = { datetime: "14.05.2031 20:00", end_datetime: "14.05.2031 23:00" };
    assert.deepEqual(changesOf(before, after), changes);
    assert.deepEqual(scopesOf(before, after), ["this", "following", "all"]);
    assert.deepEqual(fitted(before, after, "following", series), changes);
  });

  test("of all moves the series where it began", () => {
    const later = moved(before, { day: "2031-05-14", time: "20:00" });
    const changes = { datetime: "07.05.2031 20:00", end_datetime: "07.05.2031 23:00" };
    assert.deepEqual(fitted(before, later, "all", series), changes);
    assert.deepEqual(fitted(before, { ...before, endTime: "21:00" }, "all", series), {
      end_datetime: "06.05.2031 21:00",
    });
    assert.deepEqual(fitted(before, { ...before, name: "Supper" }, "all", series), { name: "Supper" });
  });

  test("of a moved occurrence leaves the others on their day", () => {
    const shown = draftOf(occurrence({ datetime: "15.05.2031 20:00", end_datetime: "15.05.2031 23:00" }), "cake.svg");
    const later = moved(shown, { time: "21:00" });
    assert.equal(repeatDay(later), DAY);
    assert.equal(changesOf(shown, later).datetime, "15.05.2031 21:00");
    assert.equal(fitted(shown, later, "following", series).datetime, "13.05.2031 21:00");
    assert.equal(fitted(shown, later, "all", series).datetime, "06.05.2031 21:00");
  });

  test("with its rule is for more than one occurrence, and begins where the rule does", () => {
    const monthly = { ...before, repeat: { ...before.repeat, every: "month" as const, by: "weekday" as const } };
    const changes = changesOf(before, monthly);
    assert.deepEqual(changes, { recurrence: "FREQ=MONTHLY;BYDAY=2TU" });
    assert.deepEqual(scopesOf(before, monthly), ["following", "all"]);
    assert.deepEqual(fitted(before, monthly, "all", series), {
      ...changes,
      datetime: "13.05.2031 19:00",
      end_datetime: "13.05.2031 22:00",
    });
  });

  test("of several days of the week moves the one that was changed", () => {
    const twice = { recurrence: "FREQ=WEEKLY;BYDAY=TU,TH" };
    const first = { ...series, ...twice };
    const thursday = draftOf(
      occurrence({ ...twice, datetime: "15.05.2031 19:00", end_datetime: null, occurrence: "15.05.2031 19:00" }),
      "cake.svg",
    );
    const friday = moved(thursday, { day: "2031-05-16" });
    const one = { datetime: "16.05.2031 19:00", end_datetime: null };
    assert.deepEqual(fitted(thursday, friday, "this", first), one);
    assert.deepEqual(fitted(thursday, friday, "following", first), { ...one, recurrence: "FREQ=WEEKLY;BYDAY=TU,FR" });
    assert.deepEqual(fitted(thursday, friday, "all", first), {
      end_datetime: null,
      recurrence: "FREQ=WEEKLY;BYDAY=TU,FR",
    });
    assert.deepEqual(scopesOf(thursday, friday), ["this", "following", "all"]);
  });

  test("of a rule that ends and names other days is for one, unless the rule is changed, too", () => {
    const ending = { recurrence: "FREQ=WEEKLY;COUNT=10;BYDAY=TU,TH" };
    const tuesday = draftOf(occurrence(ending), "cake.svg");
    const wednesday = moved(tuesday, { day: "2031-05-14" });
    assert.deepEqual(scopesOf(tuesday, wednesday), ["this"]);
    assert.deepEqual(scopesOf(tuesday, moved(tuesday, { time: "20:00" })), ["this", "following", "all"]);
    const shorter = { ...wednesday, repeat: { ...wednesday.repeat, count: 6 } };
    assert.deepEqual(scopesOf(tuesday, shorter), ["following", "all"]);
  });

  test("of a last Friday that is moved a week earlier is for one, as it is said", () => {
    const monthly = { recurrence: "FREQ=MONTHLY;BYDAY=-1FR" };
    const last = draftOf(
      occurrence({ ...monthly, datetime: "30.05.2031 19:00", end_datetime: null, occurrence: "30.05.2031 19:00" }),
      "cake.svg",
    );
    const earlier = moved(last, { day: "2031-05-23" });
    assert.deepEqual(fitted(last, earlier, "this", series), { datetime: "23.05.2031 19:00", end_datetime: null });
    assert.equal(fitted(last, earlier, "following", series).recurrence, "FREQ=MONTHLY;BYDAY=4FR");
  });

  test("of the start alone says the end that was left where it was", () => {
    const later = { ...moved(before, { time: "20:00" }), endTime: "22:00" };
    const changes = { datetime: "13.05.2031 20:00", end_datetime: "13.05.2031 22:00" };
    assert.deepEqual(fitted(before, later, "this", series), changes);
    assert.deepEqual(fitted(before, later, "all", series), {
      datetime: "06.05.2031 20:00",
      end_datetime: "06.05.2031 22:00",
    });
  });

  test("back to what the series has is no change", () => {
    const early = draftOf(occurrence({ datetime: "13.05.2031 18:00", end_datetime: "13.05.2031 21:00" }), "cake.svg");
    assert.deepEqual(fitted(early, moved(early, { time: "19:00" }), "all", series), {});
  });
});
