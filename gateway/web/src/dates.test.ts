import assert from "node:assert/strict";
import { test } from "node:test";
import { fromWallClock, isDay, isMonth, localDate, shiftMonth, sortable, toWallClock, Words } from "./dates.ts";

test("a wall clock's time is read and written unchanged", () => {
  assert.deepEqual(fromWallClock("07.03.2031 09:05"), { day: "2031-03-07", time: "09:05" });
  assert.equal(toWallClock("2031-03-07", "09:05"), "07.03.2031 09:05");
  assert.equal(toWallClock("2031-03-07", "09:05:00"), "07.03.2031 09:05");
});

test("times sort as they follow each other", () => {
  const times = ["01.02.2031 08:00", "31.01.2031 23:59", "01.02.2031 07:59"];
  assert.deepEqual(
    times.toSorted((a, b) => sortable(a).localeCompare(sortable(b))),
    [times[1], times[2], times[0]],
  );
});

test("months follow each other over the ends of years", () => {
  assert.equal(shiftMonth("2031-12", 1), "2032-01");
  assert.equal(shiftMonth("2031-01", -1), "2030-12");
  assert.equal(shiftMonth("2031-05", -17), "2029-12");
});

test("only days and months are taken for such", () => {
  assert.ok(isDay("2031-02-28") && isMonth("2031-02"));
  assert.ok(!isDay("2031-13-01") && !isDay("tomorrow") && !isMonth("2031-00"));
});

test("a day of long ago is no day of the last century", () => {
  assert.equal(localDate("0031-05-17").getFullYear(), 31);
});

test("each language says days in its own way", () => {
  assert.equal(new Words("en-GB").month("2031-05"), "May 2031");
  assert.match(new Words("ru").month("2031-05"), /^Май 2031/);
  assert.equal(new Words("en-GB").time("19:30"), "19:30");
  assert.match(new Words("en-US").time("19:30"), /7:30\sPM/);
});

test("a week begins where it begins in that language", () => {
  assert.equal(new Words("en-US").weekStart, 0);
  assert.equal(new Words("ru").weekStart, 1);
});
