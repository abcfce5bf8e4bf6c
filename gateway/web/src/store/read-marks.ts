/** Up to which message each chat was read on this device. The server does not keep that. */

import { signal } from "@preact/signals";
import type { Id } from "../api/types.ts";
import { keep, stored } from "../preferences.ts";
import type { KnownChat } from "./state.ts";
import { state } from "./store.ts";

interface ReadMarks {
  /** When this device was first used: what is older counts as read. */
  since: number;
  chats: Record<Id, number>;
}

const loaded = signal<{ me: Id; marks: ReadMarks } | null>(null);

function readMarks(): ReadMarks {
  const me = state.value.me.id;
  if (loaded.value?.me !== me) loaded.value = { me, marks: load(me) };
  return loaded.value!.marks;
}

function load(me: Id): ReadMarks {
  try {
    const known = JSON.parse(stored(`read-marks:${me}`) ?? "");
    if (typeof known.since === "number" && typeof known.chats === "object") return known;
  } catch {
    // Nothing is stored, or nothing of ours.
  }
  const fresh = { since: Date.now(), chats: {} };
  keep(`read-marks:${me}`, JSON.stringify(fresh));
  return fresh;
}

export function isUnread(chat: KnownChat): boolean {
  const newest = chat.messages.at(-1);
  const { since, chats } = readMarks();
  return !!newest && newest.user_id !== state.value.me.id && newest.datetime > (chats[chat.id] ?? since);
}

export function markRead(chat: KnownChat): void {
  const newest = chat.messages.at(-1)?.datetime;
  const known = readMarks();
  if (!newest || newest <= (known.chats[chat.id] ?? 0)) return;
  const next = { ...known, chats: { ...known.chats, [chat.id]: newest } };
  loaded.value = { me: state.value.me.id, marks: next };
  keep(`read-marks:${state.value.me.id}`, JSON.stringify(next));
}
