/** Putting together what was read of a chat and what came live. */

import type { Chat, Message } from "../api/types.ts";
import type { KnownChat } from "./state.ts";

export function newChat(chat: Omit<Chat, "msg_id_list">): KnownChat {
  const { id, event_id, user_id_1, user_id_2 } = chat;
  return { id, event_id, user_id_1, user_id_2, messages: [], isRead: false, isWhole: false };
}

/** Take in a page that ended with the newest message when it was read; what came live since then follows it. */
export function withNewest(known: KnownChat | undefined, page: Chat, limit: number): KnownChat {
  const messages = page.msg_id_list;
  const isWhole = messages.length < limit;
  const older = isWhole ? [] : olderThan(known, messages[0]);
  return {
    ...newChat(page),
    messages: [...older, ...messages, ...newerThan(known, messages)],
    isRead: true,
    isWhole: isWhole || (older.length > 0 && known!.isWhole),
  };
}

/** Take in the page before the first message that is known. */
export function withOlder(known: KnownChat, page: Chat, limit: number): KnownChat {
  return {
    ...known,
    messages: [...page.msg_id_list, ...known.messages],
    isWhole: page.msg_id_list.length < limit,
  };
}

/** Take in a message that came live; one that is known is replaced where it stands. */
export function withMessage(known: KnownChat, message: Message): KnownChat {
  const at = known.messages.findIndex(({ id }) => id === message.id);
  return { ...known, messages: at < 0 ? [...known.messages, message] : known.messages.with(at, message) };
}

/** What is known from before a page, if the page continues it without a gap. */
function olderThan(known: KnownChat | undefined, first: Message | undefined): readonly Message[] {
  if (!known?.isRead || !first) return [];
  const at = known.messages.findIndex(({ id }) => id === first.id);
  return at < 0 ? [] : known.messages.slice(0, at);
}

function newerThan(known: KnownChat | undefined, page: readonly Message[]): readonly Message[] {
  const ids = new Set(page.map(({ id }) => id));
  const last = page.at(-1)?.datetime ?? 0;
  return (known?.messages ?? []).filter(({ id, datetime }) => datetime >= last && !ids.has(id));
}
