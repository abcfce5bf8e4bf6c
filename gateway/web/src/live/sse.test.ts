import assert from "node:assert/strict";
import { test } from "node:test";
import { Parser } from "./sse.ts";

const STREAM =
  ': hello\n\nid: 7\nevent: message.posted.v1\ndata: {"text":"a: b"}\n\n: still here\n\nid: 8\ndata: 1\n\n';

const ITEMS = [
  { id: "7", type: "message.posted.v1", data: { text: "a: b" } },
  { id: "8", type: "", data: 1 },
];

test("items are read, comments are not", () => {
  assert.deepEqual(new Parser().push(STREAM), ITEMS);
});

test("wherever the stream is cut, the same items come out", () => {
  for (let at = 0; at <= STREAM.length; at++) {
    const parser = new Parser();
    assert.deepEqual([...parser.push(STREAM.slice(0, at)), ...parser.push(STREAM.slice(at))], ITEMS);
  }
});

test("lines may end as on Windows, and data may have several", () => {
  assert.deepEqual(new Parser().push("id: 1\r\ndata: [1,\r\ndata: 2]\r\n\r\n"), [{ id: "1", type: "", data: [1, 2] }]);
});
