import assert from "node:assert/strict";
import { test } from "node:test";
import { EVERY, type Repeat } from "../time/repeat.ts";
import { repeatingInEnglish } from "./repeating.en.ts";
import { repeatingInRussian } from "./repeating.ru.ts";
import { repeatingOf } from "./repeats.ts";

/** A Tuesday, the second of its month; and the last Friday. */
const [TUESDAY, FRIDAY] = ["2031-05-13", "2031-05-30"];

const WORDS: [Partial<Repeat>, string, string, string][] = [
  [{ every: "day" }, TUESDAY, "every day", "каждый день"],
  [{ every: "day", interval: 2 }, TUESDAY, "every second day", "через день"],
  [{ every: "day", interval: 5 }, TUESDAY, "every 5 days", "раз в 5 дней"],
  [{}, TUESDAY, "every Tuesday", "каждый вторник"],
  [{ interval: 2 }, FRIDAY, "every second Friday", "каждую вторую пятницу"],
  [{ interval: 2 }, "2031-05-18", "every second Sunday", "каждое второе воскресенье"],
  [{ interval: 3 }, TUESDAY, "every 3 weeks on Tuesday", "раз в 3 недели по вторникам"],
  [{ days: [3] }, TUESDAY, "every week on Tuesday and Thursday", "по вторникам и четвергам"],
  [
    { days: [3], interval: 2 },
    TUESDAY,
    "every second week on Tuesday and Thursday",
    "раз в 2 недели по вторникам и четвергам",
  ],
  [{ days: [0, 2, 3, 4] }, TUESDAY, "every weekday", "по будням"],
  [{ days: [0, 2, 3, 4, 5, 6] }, TUESDAY, "every day", "каждый день"],
  [{ every: "month" }, TUESDAY, "every month on the 13th", "каждый месяц 13-го числа"],
  [{ every: "month", interval: 2 }, "2031-05-22", "every second month on the 22nd", "раз в 2 месяца 22-го числа"],
  [{ every: "month", by: "weekday" }, TUESDAY, "every month on the second Tuesday", "во второй вторник каждого месяца"],
  [
    { every: "month", by: "weekday" },
    "2031-05-07",
    "every month on the first Wednesday",
    "в первую среду каждого месяца",
  ],
  [
    { every: "month", by: "last", interval: 3 },
    FRIDAY,
    "every 3 months on the last Friday",
    "раз в 3 месяца в последнюю пятницу",
  ],
];

test("each language says how often as people do", () => {
  for (const [more, start, english, russian] of WORDS) {
    const rule = repeatingOf({ ...EVERY, ...more }, start, null);
    assert.deepEqual([repeatingInEnglish(rule), repeatingInRussian(rule)], [english, russian]);
  }
});

test("a year is said with its day", () => {
  const rule = repeatingOf({ ...EVERY, every: "year", interval: 5 }, TUESDAY, null);
  assert.equal(repeatingInEnglish({ ...rule, date: "13 May" }), "every 5 years on 13 May");
  assert.equal(repeatingInRussian({ ...rule, date: "13 мая" }), "раз в 5 лет 13 мая");
});

test("and when it ends", () => {
  const until = repeatingOf({ ...EVERY, interval: 2, ends: "until", until: "2032-03-01" }, TUESDAY, "1 March");
  assert.equal(repeatingInEnglish(until), "every second Tuesday until 1 March");
  assert.equal(repeatingInRussian({ ...until, until: "1 марта" }), "каждый второй вторник до 1 марта");
  const times = (count: number) => repeatingOf({ ...EVERY, ends: "count", count }, TUESDAY, null);
  assert.deepEqual(
    [1, 10].map((n) => repeatingInEnglish(times(n))),
    ["every Tuesday, once", "every Tuesday, 10 times"],
  );
  assert.deepEqual(
    [2, 10].map((n) => repeatingInRussian(times(n))),
    ["каждый вторник, 2 раза", "каждый вторник, 10 раз"],
  );
});
