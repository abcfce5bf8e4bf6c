import { useEffect } from "preact/hooks";
import type { Id } from "../api/types.ts";
import { inWords, t } from "../i18n/index.ts";
import { Avatar } from "../parts/avatar.tsx";
import { EventIcon } from "../parts/icon.tsx";
import { Heading } from "../parts/page.tsx";
import { Sign } from "../parts/sign.tsx";
import { Empty } from "../parts/states.tsx";
import { sayError } from "../parts/toasts.tsx";
import { to } from "../route.ts";
import { isUnread } from "../store/seen.ts";
import { inOrder, type KnownChat, partnerIn } from "../store/state.ts";
import { hasMoreChats, nameOf, readEvent, readMoreChats, readPerson, state } from "../store/store.ts";
import { ChatPanel } from "./chat.tsx";

/** Dialogs with friends and chats of events, and one of them. */
export function Dialogs({ chat: id }: { chat: Id | null }) {
  const chats = inOrder(state.value.chats);
  const open = id ? state.value.chats[id] : undefined;
  return (
    <div class={id ? "page dialogs-page has-open" : "page dialogs-page"}>
      <section class="dialogs">
        <Heading title={t().dialogs} />
        {chats.length === 0 && <Empty symbol="dialogs" title={t().noDialogs} text={t().noDialogsText} />}
        <ul class="dialog-list">
          {chats.map((chat) => (
            <Row chat={chat} isOpen={chat.id === id} key={chat.id} />
          ))}
        </ul>
        {hasMoreChats.value && (
          <button type="button" class="button is-quiet" onClick={() => readMoreChats().catch(sayError)}>
            {t().moreDialogs}
          </button>
        )}
      </section>
      {id ? (
        <ChatPanel id={id} title={<Title chat={open} />} key={id} />
      ) : (
        <div class="chat is-empty">
          <Empty symbol="dialogs" title={t().chooseDialog} text={t().chooseDialogText} />
        </div>
      )}
    </div>
  );
}

/** What a chat is called, and its picture. */
function useFace(chat: KnownChat | undefined) {
  const eventId = chat?.event_id;
  const event = eventId ? state.value.events[eventId] : undefined;
  useEffect(() => {
    if (eventId && !event) void readEvent(eventId).catch(() => undefined);
  }, [eventId]);
  if (!chat) return { name: t().chat, face: null };
  if (eventId)
    return { name: event?.name ?? t().eventChat, face: <EventIcon icon={event?.icon ?? ""} size="is-large" /> };
  const partner = partnerIn(state.value, chat);
  const name = nameOf(partner) ?? t().formerFriend;
  useEffect(() => void (partner && readPerson(partner).catch(() => undefined)), [partner]);
  const picture = partner ? state.value.people[partner]?.profile_pic : undefined;
  return { name, face: <Avatar name={name} picture={picture} /> };
}

function Row({ chat, isOpen }: { chat: KnownChat; isOpen: boolean }) {
  const { name, face } = useFace(chat);
  const newest = chat.messages.at(-1);
  const unread = !isOpen && isUnread(chat);
  const author = newest && chat.event_id && newest.user_id !== state.value.me.id ? nameOf(newest.user_id) : undefined;
  return (
    <li>
      <a class="dialog" href={to.dialog(chat.id)} aria-current={isOpen ? "true" : undefined}>
        {face}
        <span class="dialog-words">
          <strong>{name}</strong>
          <span class="quiet">
            {newest ? `${author ? `${author.split(" ")[0]}: ` : ""}${newest.text}` : t().noMessages}
          </span>
        </span>
        <span class="dialog-end">
          {newest && <time class="quiet">{inWords().recently(newest.datetime)}</time>}
          {unread && (
            <span class="dot">
              <span class="visually-hidden">{t().isUnread}</span>
            </span>
          )}
        </span>
      </a>
    </li>
  );
}

function Title({ chat }: { chat: KnownChat | undefined }) {
  const { name, face } = useFace(chat);
  return (
    <>
      <a class="button is-quiet is-square to-list" href={to.dialogs()} aria-label={t().back}>
        <Sign name="back" />
      </a>
      {face}
      <h2>{name}</h2>
      {chat?.event_id && (
        <a class="button is-quiet" href={to.event(chat.event_id)}>
          <Sign name="calendar" />
          <span class="wide-only">{t().toEvent}</span>
        </a>
      )}
    </>
  );
}
