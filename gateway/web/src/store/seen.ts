/** Which messages this device has shown. The server does not keep that. */

import { signal } from "@preact/signals";
import type { Id } from "../api/types.ts";
import { keep, stored } from "../preferences.ts";
import type { KnownChat } from "./state.ts";
import { state } from "./store.ts";

interface Seen {
  /** When this device was first used: what is older is not news. */
  since: number;
  chats: Record<Id, number>;
}

const loaded = signal<{ me: Id; seen: Seen } | null>(null);

function seen(): Seen {
  const me = state.value.me.id;
  if (loaded.value?.me !== me) loaded.value = { me, seen: load(me) };
  return loaded.value!.seen;
}

function load(me: Id): Seen {
  try {
    const known = JSON.parse(stored(`seen:${me}`) ?? "");
    if (typeof known.since === "number" && typeof known.chats === "object") return known;
  } catch {
    // Nothing is stored, or nothing of ours.
  }
  const fresh = { since: Date.now(), chats: {} };
  keep(`seen:${me}`, JSON.stringify(fresh));
  return fresh;
}

export function isUnread(chat: KnownChat): boolean {
  const newest = chat.messages.at(-1);
  const { since, chats } = seen();
  return !!newest && newest.user_id !== state.value.me.id && newest.datetime > (chats[chat.id] ?? since);
}

export function markSeen(chat: KnownChat): void {
  const newest = chat.messages.at(-1)?.datetime;
  const known = seen();
  if (!newest || newest <= (known.chats[chat.id] ?? 0)) return;
  const next = { ...known, chats: { ...known.chats, [chat.id]: newest } };
  loaded.value = { me: state.value.me.id, seen: next };
  keep(`seen:${state.value.me.id}`, JSON.stringify(next));
}
