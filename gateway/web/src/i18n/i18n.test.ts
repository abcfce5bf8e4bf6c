import assert from "node:assert/strict";
import { test } from "node:test";
import { en } from "./en.ts";
import { preferred } from "./index.ts";
import { ru } from "./ru.ts";

test("the first language that is asked for and spoken is taken", () => {
  assert.equal(preferred(["ru-RU", "en"]), "ru");
  assert.equal(preferred(["de", "ru"]), "ru");
  assert.equal(preferred(["en-GB", "ru"]), "en");
  assert.equal(preferred(["de"]), "en");
  assert.equal(preferred([]), "en");
});

test("numbers are counted as each language counts", () => {
  assert.deepEqual([1, 2].map(en.events), ["1 event", "2 events"]);
  assert.deepEqual([1, 3, 5, 11, 21].map(ru.events), [
    "1 событие",
    "3 события",
    "5 событий",
    "11 событий",
    "21 событие",
  ]);
});

test("nothing is left untranslated", () => {
  const same = ["appName", "openapi"];
  const untranslated = Object.keys(en).filter((key) => en[key as keyof typeof en] === ru[key as keyof typeof en]);
  assert.deepEqual(untranslated, same);
});
