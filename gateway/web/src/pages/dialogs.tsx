import { useEffect } from "preact/hooks";
import type { Id } from "../api/types.ts";
import { Avatar } from "../components/avatar.tsx";
import { EventIcon } from "../components/event-icon.tsx";
import { Icon } from "../components/icon.tsx";
import { Heading } from "../components/page.tsx";
import { Empty } from "../components/states.tsx";
import { notifyError } from "../components/toasts.tsx";
import { usePerson } from "../components/use-person.ts";
import { inWords, t } from "../i18n/index.ts";
import { to } from "../route.ts";
import { isUnread } from "../store/read-marks.ts";
import { inOrder, type KnownChat, partnerIn } from "../store/state.ts";
import { hasMoreChats, readEvent, readMoreChats, state } from "../store/store.ts";
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
          <button type="button" class="button is-quiet" onClick={() => readMoreChats().catch(notifyError)}>
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
  const partner = usePerson(chat && partnerIn(state.value, chat));
  if (!chat) return { name: t().chat, face: null };
  if (eventId)
    return { name: event?.name ?? t().eventChat, face: <EventIcon icon={event?.icon ?? ""} size="is-large" /> };
  const name = partner?.name ?? t().someone;
  return { name, face: <Avatar name={name} picture={partner?.profile_pic} /> };
}

function Row({ chat, isOpen }: { chat: KnownChat; isOpen: boolean }) {
  const { name, face } = useFace(chat);
  const newest = chat.messages.at(-1);
  const unread = !isOpen && isUnread(chat);
  const isAuthorSaid = chat.event_id && newest?.user_id !== state.value.me.id;
  const author = usePerson(isAuthorSaid ? newest?.user_id : undefined)?.name;
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
        <Icon name="back" />
      </a>
      {face}
      <h2>{name}</h2>
      {chat?.event_id && (
        <a class="button is-quiet" href={to.event(chat.event_id)}>
          <Icon name="calendar" />
          <span class="wide-only">{t().toEvent}</span>
        </a>
      )}
    </>
  );
}
