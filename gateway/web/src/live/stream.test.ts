import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { isLoggedOut } from "../api/http.ts";
import type { Item } from "./sse.ts";
import { connection, follow } from "./stream.ts";

/** What the server answers, one after the other; null: there is no way to it. Afterwards the session has ended. */
let answers: (() => Response)[] = [];
let asked: { url: string; at: number }[] = [];

const unavailable = () => new Response("{}", { status: 503, headers: { "Retry-After": "2" } });
const unreachable = () => {
  throw new TypeError("fetch failed");
};
const live =
  (...ids: string[]) =>
  () =>
    new Response(ids.map((id) => `id: ${id}\nevent: x\ndata: {}\n\n`).join(""));

beforeEach(() => {
  Object.assign(globalThis, {
    window: new EventTarget(),
    document: Object.assign(new EventTarget(), { hidden: false }),
    fetch: async (url: string) => {
      asked.push({ url, at: performance.now() });
      return answers.shift()?.() ?? new Response(null, { status: 401 });
    },
  });
  isLoggedOut.value = false;
  connection.value = "connecting";
  answers = [];
  asked = [];
});

async function followed(cursor: string): Promise<string[]> {
  const heard: string[] = [];
  await follow(cursor, { hear: (item: Item) => heard.push(item.id), startOver: async () => "100" });
  return heard;
}

test("a 503 does not end the stream, nor does a way that is cut: it goes on from the last cursor", async () => {
  answers = [live("5", "6"), unavailable, unreachable, live("7")];

  assert.deepEqual(await followed("4"), ["5", "6", "7"]);
  assert.deepEqual(
    asked.map(({ url }) => url),
    ["4", "6", "6", "6", "7"].map((cursor) => `/stream?since=${cursor}`),
  );
});

test("each failure is followed by a longer pause, and a stream that opens ends them", async () => {
  answers = [unavailable, unavailable, unavailable, live("1"), live("2")];

  await followed("0");

  const pauses = asked.slice(1).map(({ at }, index) => at - asked[index]!.at);
  const [first, second, third, afterLive, again] = pauses as [number, number, number, number, number];
  assert.ok(first < second && second < third, `${pauses}`);
  assert.ok(third >= 590 && third < 1000, `${pauses}`);
  assert.ok(afterLive < second && again < third, `${pauses}`);
});

test("what is too old is read anew, and the stream goes on from there", async () => {
  answers = [() => new Response("id: 9\nevent: start-over.v1\ndata: {}\n\n"), live("101")];

  assert.deepEqual(await followed("1"), ["101"]);
  assert.deepEqual(
    asked.map(({ url }) => url),
    ["1", "100", "101"].map((cursor) => `/stream?since=${cursor}`),
  );
});

test("a stream that is away for long says so", async () => {
  let seen = "";
  const look = () => {
    seen ||= connection.value === "lost" ? "lost" : "";
    return unavailable();
  };
  answers = [live("1"), look, look, look];

  await followed("0");

  assert.equal(seen, "lost");
});
