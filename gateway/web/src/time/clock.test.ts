import assert from "node:assert/strict";
import { test } from "node:test";
import { fromApi, instantOf, inZone, minuteOf, minutesBetween, shift, toApi, translate } from "./clock.ts";

test("a wall clock is written as the API writes it, and read again", () => {
  assert.equal(fromApi("07.03.2031 09:05"), "2031-03-07T09:05");
  assert.equal(toApi("2031-03-07T09:05"), "07.03.2031 09:05");
});

test("wall clocks are moved over the ends of days, and not out of the calendar", () => {
  assert.equal(shift("2031-12-31T23:30", 45), "2032-01-01T00:15");
  assert.equal(shift("0031-03-01T00:00", -1440), "0031-02-28T00:00");
  assert.equal(shift("9999-12-31T23:30", 45), "9999-12-31T23:59");
  assert.equal(shift("0001-01-01T00:30", -45), "0001-01-01T00:00");
  assert.equal(minutesBetween("2031-12-31T23:30", "2032-01-01T00:15"), 45);
  assert.equal(minuteOf("2031-12-31T23:30"), 1410);
});

test("an instant is shown by the clocks of each zone", () => {
  const instant = Date.parse("2031-01-14T18:00:00Z");
  assert.equal(inZone(instant, "Europe/Berlin"), "2031-01-14T19:00");
  assert.equal(inZone(instant, "Pacific/Auckland"), "2031-01-15T07:00");
  assert.equal(inZone(Date.parse("0031-01-14T18:00:00Z"), "UTC"), "0031-01-14T18:00");
});

test("what is skipped is counted from before the gap, what comes twice is the first", () => {
  const at = (clock: string, zone: string) => new Date(instantOf(clock, zone)).toISOString().slice(0, 16);
  assert.equal(at("2031-01-14T19:00", "Europe/Berlin"), "2031-01-14T18:00");
  assert.equal(at("2031-03-30T02:30", "Europe/Berlin"), "2031-03-30T01:30");
  assert.equal(at("2031-10-26T02:30", "Europe/Berlin"), "2031-10-26T00:30");
  assert.equal(at("2031-04-06T01:45", "Australia/Lord_Howe"), "2031-04-05T14:45");
  assert.equal(at("2011-12-30T12:00", "Pacific/Apia"), "2011-12-30T22:00");
});

test("a moment is told in another zone", () => {
  assert.equal(translate("2031-01-14T19:00", "Europe/Berlin", "America/New_York"), "2031-01-14T13:00");
  assert.equal(translate("2031-01-14T19:00", null, null), "2031-01-14T19:00");
  assert.equal(translate("2031-01-14T19:00", "Mars/Olympus_Mons", "Europe/Berlin"), "2031-01-14T19:00");
});
