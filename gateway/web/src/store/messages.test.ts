import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message } from "../api/types.ts";
import { newChat, withMessage, withNewest, withOlder } from "./messages.ts";
import type { KnownChat } from "./state.ts";

const LIMIT = 3;

const message = (number: number): Message => ({
  id: `m${number}`,
  chat_id: "c",
  user_id: "u",
  datetime: number,
  text: `${number}`,
});
const page = (...numbers: number[]) => ({ id: "c", msg_id_list: numbers.map(message) });
const read = (...numbers: number[]) => withNewest(undefined, page(...numbers), LIMIT);
const numbers = (chat: KnownChat) => chat.messages.map(({ datetime }) => datetime);

test("a short page is the whole chat, a full one may not be", () => {
  assert.equal(read(1, 2).isWhole, true);
  assert.equal(read(1, 2, 3).isWhole, false);
});

test("earlier messages are put before", () => {
  const chat = withOlder(read(4, 5, 6), page(2, 3), LIMIT);
  assert.deepEqual([numbers(chat), chat.isWhole], [[2, 3, 4, 5, 6], true]);
});

test("what was read before is kept if the new page continues it", () => {
  assert.deepEqual(numbers(withNewest(read(1, 2, 3), page(2, 3, 4), LIMIT)), [1, 2, 3, 4]);
});

test("what was read before is forgotten if there is a gap", () => {
  assert.deepEqual(numbers(withNewest(read(1, 2, 3), page(7, 8, 9), LIMIT)), [7, 8, 9]);
});

test("what came live while a page was on its way is kept", () => {
  const known = withMessage(read(1, 2), message(3));
  assert.deepEqual(numbers(withNewest(known, page(1, 2), LIMIT)), [1, 2, 3]);
});

test("what has been deleted before a page was read is gone", () => {
  assert.deepEqual(numbers(withNewest(read(1, 2), page(2), LIMIT)), [2]);
});

test("a message that comes again is there once", () => {
  const chat = withMessage(withMessage(newChat({ id: "c" }), message(1)), { ...message(1), text: "edited" });
  assert.deepEqual(
    chat.messages.map(({ text }) => text),
    ["edited"],
  );
});
