/** The live stream: one connection that resumes where it was cut, and says when it is cut. */

import { signal } from "@preact/signals";
import { isLoggedOut, sleep } from "../api/http.ts";
import { type Item, Parser } from "./sse.ts";

const START_OVER = "start-over.v1";
/** The server says something every 15 s; a connection that is silent for longer than this is dead. */
const SILENCE_MS = 40_000;
/** A cut that heals sooner than this is nobody's business. */
const UNNOTICED_MS = 700;
const LONGEST_PAUSE_MS = 8000;
/** A hidden tab holds its connection for this long: browsers allow six to a site, for all its tabs. */
const HIDDEN_MS = 300_000;

/** `lost` is shown to the person; `none`: this server has no stream. */
export const connection = signal<"connecting" | "live" | "lost" | "none">("connecting");

export interface Hearer {
  hear(item: Item): void;
  /** What is known is too old to be brought up to date; return the cursor of a new snapshot. */
  startOver(): Promise<string>;
}

/** Keep the stream open until the session ends. `cursor`: of the snapshot that it brings up to date. */
export async function follow(cursor: string, hearer: Hearer): Promise<void> {
  let pause = 0;
  let notice: ReturnType<typeof setTimeout> | undefined;
  const onCut = () => {
    notice ??= setTimeout(() => {
      connection.value = "lost";
    }, UNNOTICED_MS);
  };
  const onOpen = () => {
    clearTimeout(notice);
    notice = undefined;
    pause = 0;
    connection.value = "live";
  };

  while (!isLoggedOut.value) {
    try {
      const end = await listen(cursor, onOpen, (item) => {
        if (item.id) cursor = item.id;
        if (item.type !== START_OVER) hearer.hear(item);
        return item.type !== START_OVER;
      });
      if (end === "none") {
        connection.value = "none";
        return;
      }
      if (end === "too old") cursor = await hearer.startOver();
      if (end === "hidden") {
        await untilSeen();
        continue;
      }
    } catch {
      // Whatever it was: the way is cut, and is tried again.
    }
    if (isLoggedOut.value) return;
    onCut();
    await soonerWhenOnline(pause + Math.random() * pause * 0.3);
    pause = Math.min(pause * 2 || 300, LONGEST_PAUSE_MS);
  }
}

type End = "cut" | "none" | "too old" | "hidden";

/** Hear one connection to its end. `take` returns whether to go on. */
async function listen(cursor: string, onOpen: () => void, take: (item: Item) => boolean): Promise<End> {
  const abort = new AbortController();
  let isHidden = false;
  let silence: ReturnType<typeof setTimeout> | undefined;
  const heard = () => {
    clearTimeout(silence);
    silence = setTimeout(() => abort.abort(), SILENCE_MS);
  };
  const onOffline = () => {
    connection.value = "lost";
    abort.abort();
  };
  const stopWatching = whenHiddenFor(HIDDEN_MS, () => {
    isHidden = true;
    abort.abort();
  });
  window.addEventListener("offline", onOffline);
  try {
    heard();
    const answer = await fetch(`/stream?since=${encodeURIComponent(cursor)}`, {
      headers: { Accept: "text/event-stream" },
      cache: "no-store",
      signal: abort.signal,
    });
    if (answer.status === 404) return "none";
    if (answer.status === 401) isLoggedOut.value = true;
    if (answer.status === 400 || answer.status === 410) return "too old";
    if (!answer.ok || !answer.body) return "cut";
    onOpen();
    const parser = new Parser();
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      heard();
      const { done, value } = await reader.read();
      if (done) return "cut";
      for (const item of parser.push(value)) {
        if (!take(item)) return "too old";
      }
    }
  } catch (error) {
    if (isHidden) return "hidden";
    throw error;
  } finally {
    abort.abort();
    clearTimeout(silence);
    stopWatching();
    window.removeEventListener("offline", onOffline);
  }
}

function whenHiddenFor(ms: number, then: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    clearTimeout(timer);
    if (document.hidden) timer = setTimeout(then, ms);
  };
  look();
  document.addEventListener("visibilitychange", look);
  return () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", look);
  };
}

async function untilSeen(): Promise<void> {
  while (document.hidden) {
    await new Promise((changed) => document.addEventListener("visibilitychange", changed, { once: true }));
  }
}

async function soonerWhenOnline(ms: number): Promise<void> {
  const online = new Promise<void>((back) => window.addEventListener("online", () => back(), { once: true }));
  await Promise.race([sleep(ms), online]);
}
