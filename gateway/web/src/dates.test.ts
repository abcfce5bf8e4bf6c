import assert from "node:assert/strict";
import { test } from "node:test";
import {
  daysBetween,
  fromWallClock,
  isDay,
  isMonth,
  localDate,
  shiftDay,
  shiftMonth,
  toWallClock,
  Words,
  weekdayOf,
  weekOf,
} from "./dates.ts";

test("a wall clock's time is read and written unchanged", () => {
  assert.deepEqual(fromWallClock("07.03.2031 09:05"), { day: "2031-03-07", time: "09:05" });
  assert.equal(toWallClock("2031-03-07", "09:05"), "07.03.2031 09:05");
  assert.equal(toWallClock("2031-03-07", "09:05:00"), "07.03.2031 09:05");
});

test("months follow each other over the ends of years", () => {
  assert.equal(shiftMonth("2031-12", 1), "2032-01");
  assert.equal(shiftMonth("2031-01", -1), "2030-12");
  assert.equal(shiftMonth("2031-05", -17), "2029-12");
});

test("only days and months are taken for such", () => {
  assert.ok(isDay("2031-02-28") && isMonth("2031-02"));
  assert.ok(!isDay("0000-01-01") && !isDay("2031-02-29") && !isDay("10000-01-01"));
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

test("times, days and moments are said as short as can be", () => {
  const [british, american, russian] = ["en-GB", "en-US", "ru"].map((language) => new Words(language)) as [
    Words,
    Words,
    Words,
  ];
  assert.deepEqual([british.hour(19), russian.hour(7)], ["19:00", "07:00"]);
  assert.match(american.hour(19), /^7\sPM$/);
  assert.equal(british.times("19:00", "22:00"), "19:00–22:00");
  assert.equal(british.times("22:00", "00:00"), "22:00–00:00");
  assert.match(american.times("19:00", "22:00"), /^7:00\s–\s10:00\sPM$/);
  assert.equal(british.moment("2031-05-12", "19:00"), "Mon, 12 May 2031, 19:00");
  assert.match(british.days("2031-05-12", "2031-05-18"), /^12\s–\s18 May 2031$/);
  assert.equal(british.zone("Europe/Berlin", Date.parse("2031-01-14T10:00Z")), "Central European Time");
});

test("days and weeks are counted, and end where the calendar ends", () => {
  assert.equal(shiftDay("2031-12-31", 1), "2032-01-01");
  assert.deepEqual([shiftDay("9999-12-31", 1), shiftDay("0001-01-01", -1)], ["9999-12-31", "0001-01-01"]);
  assert.deepEqual([shiftMonth("9999-12", 1), shiftMonth("0001-01", -1)], ["9999-12", "0001-01"]);
  assert.equal(daysBetween("2031-03-29", "2031-03-31"), 2);
  assert.deepEqual([weekOf("2031-05-14", 1)[0], weekOf("2031-05-14", 0)[6]], ["2031-05-12", "2031-05-17"]);
  assert.deepEqual(["2031-05-12", "2031-05-18"].map(weekdayOf), [0, 6]);
});

test("a week begins where it begins in that language", () => {
  assert.equal(new Words("en-US").weekStart, 0);
  assert.equal(new Words("ru").weekStart, 1);
});
