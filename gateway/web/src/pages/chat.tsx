import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Problem } from "../api/http.ts";
import type { Id, Message } from "../api/types.ts";
import { Avatar } from "../components/avatar.tsx";
import { Confirm } from "../components/confirm.tsx";
import { Icon } from "../components/icon.tsx";
import { Menu } from "../components/menu.tsx";
import { Empty, Loading } from "../components/states.tsx";
import { notifyError } from "../components/toasts.tsx";
import { usePerson } from "../components/use-person.ts";
import { dayOf } from "../dates.ts";
import { inWords, t } from "../i18n/index.ts";
import { deleteMessage, editMessage, postMessage } from "../store/actions.ts";
import { markRead } from "../store/read-marks.ts";
import type { KnownChat } from "../store/state.ts";
import { forget, generation, readChat, readEarlier, state } from "../store/store.ts";

/** Messages further apart than this stand apart. */
const PAUSE_MS = 5 * 60_000;
/** How near to the end, in pixels, counts as reading the newest. */
const NEAR_PX = 80;

/** A chat with its messages and the field to write another. */
export function ChatPanel({ id, title }: { id: Id; title: ComponentChildren }) {
  const chat = state.value.chats[id];
  const [edited, setEdited] = useState<Message>();
  const [deleted, setDeleted] = useState<Message>();
  const [sending, setSending] = useState<readonly string[]>([]);
  const snapshot = generation.value;

  useEffect(() => {
    readChat(id).catch((error) => {
      if (error instanceof Problem && error.status < 500) forget(id);
      else notifyError(error);
    });
  }, [id, snapshot]);

  const send = async (text: string): Promise<boolean> => {
    setSending((before) => [...before, text]);
    try {
      await (edited ? editMessage(id, edited.id, text) : postMessage(id, text));
      setEdited(undefined);
      return true;
    } catch (error) {
      notifyError(error);
      return false;
    } finally {
      setSending((before) => before.filter((_, at) => at !== before.indexOf(text)));
    }
  };

  return (
    <section class="chat" aria-label={t().chat}>
      <header class="chat-head">{title}</header>
      {chat ? (
        <Log chat={chat} sending={edited ? [] : sending} onEdit={setEdited} onDelete={setDeleted} />
      ) : (
        <div class="log">
          <Loading />
        </div>
      )}
      <Composer key={edited?.id ?? "new"} edited={edited} onSend={send} onCancel={() => setEdited(undefined)} />
      {deleted && (
        <Confirm
          title={t().deleteMessage}
          text={t().deleteMessageText}
          verb={t().delete}
          onClose={() => setDeleted(undefined)}
          onConfirm={() => deleteMessage(id, deleted.id)}
        />
      )}
    </section>
  );
}

interface LogProps {
  chat: KnownChat;
  /** What is on its way to the server. */
  sending: readonly string[];
  onEdit: (message: Message) => void;
  onDelete: (message: Message) => void;
}

function Log({ chat, sending, onEdit, onDelete }: LogProps) {
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const [isBehind, setBehind] = useState(false);
  const { messages } = chat;
  const newest = messages.at(-1)?.id;
  const first = messages[0]?.id;

  const toEnd = () => {
    box.current!.scrollTop = box.current!.scrollHeight;
    setBehind(false);
  };

  // What comes at the end is followed by who reads there; who reads further up stays, and is told.
  useLayoutEffect(() => {
    if (isAtEnd.current) toEnd();
    else setBehind(true);
  }, [newest, sending.length, chat.isRead]);

  // Earlier messages push down what is being read: it stays where it is.
  const height = useRef(0);
  useLayoutEffect(() => {
    const { current } = box;
    if (!isAtEnd.current) current!.scrollTop += current!.scrollHeight - height.current;
  }, [first]);
  useLayoutEffect(() => {
    height.current = box.current!.scrollHeight;
  });

  useEffect(() => {
    const look = () => document.hidden || markRead(chat);
    look();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [chat]);

  const onScroll = () => {
    const { scrollHeight, scrollTop, clientHeight } = box.current!;
    isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    if (isAtEnd.current) setBehind(false);
  };

  return (
    <div class="log-frame">
      <div class="log" role="log" aria-label={t().messages} tabIndex={0} ref={box} onScroll={onScroll}>
        {chat.isRead && !chat.isWhole && (
          <button type="button" class="button is-quiet earlier" onClick={() => readEarlier(chat.id).catch(notifyError)}>
            {t().earlier}
          </button>
        )}
        {!chat.isRead && messages.length < 2 && <Loading />}
        {chat.isRead && messages.length + sending.length === 0 && (
          <Empty symbol="dialogs" title={t().noMessages} text={t().noMessagesText} />
        )}
        <ol>
          {messages.map((message, at) => (
            <Row message={message} before={messages[at - 1]} onEdit={onEdit} onDelete={onDelete} key={message.id} />
          ))}
          {sending.map((text, at) => (
            <li class="message is-mine is-sending" key={`sending ${at}`}>
              <p class="bubble">{text}</p>
            </li>
          ))}
        </ol>
      </div>
      {isBehind && (
        <button type="button" class="button to-end" onClick={toEnd}>
          <Icon name="down" />
          {t().newMessages}
        </button>
      )}
    </div>
  );
}

interface RowProps {
  message: Message;
  before: Message | undefined;
  onEdit: (message: Message) => void;
  onDelete: (message: Message) => void;
}

function Row({ message, before, onEdit, onDelete }: RowProps) {
  const { user_id, datetime, text } = message;
  const isMine = user_id === state.value.me.id;
  const day = dayOf(new Date(datetime));
  const isNewDay = !before || dayOf(new Date(before.datetime)) !== day;
  const isFirst = isNewDay || before.user_id !== user_id || datetime - before.datetime > PAUSE_MS;
  const author = usePerson(user_id);
  const name = author?.name ?? t().someone;
  const entries = [
    { label: t().edit, symbol: "edit" as const, onChoose: () => onEdit(message) },
    { label: t().delete, symbol: "delete" as const, onChoose: () => onDelete(message) },
  ];
  return (
    <>
      {isNewDay && (
        <li class="log-day">
          <span>{inWords().relativeDay(day)}</span>
        </li>
      )}
      <li class={`message ${isMine ? "is-mine" : ""} ${isFirst ? "is-first" : ""}`}>
        {!isMine && isFirst && <Avatar name={name} picture={author?.profile_pic} size="is-small" />}
        <div class="message-words">
          {isFirst && (
            <p class="message-head">
              <strong class={isMine ? "visually-hidden" : ""}>{isMine ? t().you : name}</strong>
              <time>{inWords().clock(datetime)}</time>
            </p>
          )}
          <p class="bubble">{text}</p>
        </div>
        {isMine && <Menu label={t().options} entries={entries} />}
      </li>
    </>
  );
}

interface ComposerProps {
  edited: Message | undefined;
  onSend: (text: string) => Promise<boolean>;
  onCancel: () => void;
}

function Composer({ edited, onSend, onCancel }: ComposerProps) {
  const [text, setText] = useState(edited?.text ?? "");
  const field = useRef<HTMLTextAreaElement>(null);

  useEffect(() => {
    if (edited) field.current!.focus();
  }, []);

  useLayoutEffect(() => {
    const { style, scrollHeight } = field.current!;
    style.height = "auto";
    style.height = `${Math.min(field.current!.scrollHeight || scrollHeight, 160)}px`;
  }, [text]);

  const send = async () => {
    const said = text;
    if (!said.trim()) return;
    if (!edited) setText("");
    field.current!.focus();
    // What could not be sent is not lost; what has been written meanwhile neither.
    if (!(await onSend(said))) setText((now) => now || said);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape" && edited) onCancel();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    void send();
  };

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {edited && (
        <p class="composer-edits">
          <Icon name="edit" />
          {t().editMessage}
          <button type="button" class="button is-quiet is-square" aria-label={t().cancel} onClick={onCancel}>
            <Icon name="close" />
          </button>
        </p>
      )}
      <textarea
        ref={field}
        rows={1}
        maxLength={10_000}
        aria-label={t().message}
        placeholder={t().messagePlaceholder}
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <button type="submit" class="button is-filled is-square" aria-label={edited ? t().save : t().send}>
        <Icon name={edited ? "check" : "send"} />
      </button>
    </form>
  );
}
