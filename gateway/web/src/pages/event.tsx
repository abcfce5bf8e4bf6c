import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Problem } from "../api/http.ts";
import type { CalendarEvent, Id, Invite } from "../api/types.ts";
import { Confirm } from "../components/confirm.tsx";
import { EventIcon, hueOf } from "../components/event-icon.tsx";
import { Icon } from "../components/icon.tsx";
import type { ICONS } from "../components/icons.ts";
import { Heading } from "../components/page.tsx";
import { Empty, Loading } from "../components/states.tsx";
import { notify, notifyError } from "../components/toasts.tsx";
import { fromWallClock } from "../dates.ts";
import { inWords, t } from "../i18n/index.ts";
import { go, to } from "../route.ts";
import { deleteEvent, leaveEvent } from "../store/actions.ts";
import { myMembership } from "../store/state.ts";
import { generation, readEvent, readMembers, state } from "../store/store.ts";
import { ChatPanel } from "./chat.tsx";
import { EventForm } from "./event-form.tsx";
import { AnswerButtons } from "./invitations.tsx";
import { InviteToEvent } from "./invite-to-event.tsx";
import { Members } from "./members.tsx";

/** An event: what it is, who takes part, and its chat. */
export function EventPage({ id, isEdited }: { id: Id; isEdited: boolean }) {
  const event = state.value.events[id];
  const isGone = useReading(id, event);

  if (isGone) return <Gone />;
  if (!event || (event.type === "group" && !event.member_id_list)) {
    return (
      <div class="page">
        <Heading title={event?.name ?? t().loading} />
        <Loading />
      </div>
    );
  }
  const { day } = fromWallClock(event.datetime);
  const isMember = state.value.mine.has(id);
  return (
    <div class={event.type === "group" ? "page event-page has-chat" : "page event-page"}>
      <article class="event" style={{ "--hue": hueOf(event.icon) }}>
        <a class="way-back" href={to.calendar(day)}>
          <Icon name="back" />
          {t().calendar}
        </a>
        <header class="event-head">
          <EventIcon icon={event.icon} size="is-large" />
          <div>
            <Heading title={event.name} />
            <p class="tags">
              <span class="tag">
                <Icon name={event.is_private === "true" ? "private" : "open"} />
                {event.is_private === "true" ? t().private : t().openToFriends}
              </span>
              {event.type === "group" ? (
                <span class="tag">
                  <Icon name="friends" />
                  {t().membersCount(event.member_id_list?.length ?? 0)}
                </span>
              ) : (
                <span class="tag">
                  <Icon name="profile" />
                  {t().justYou}
                </span>
              )}
            </p>
          </div>
        </header>
        {!isMember && <WhyHere event={event} />}
        {isMember && <Verbs event={event} />}
        <dl class="facts">
          <Fact symbol="clock" name={t().when}>
            {inWords().fullDay(day)}, {inWords().time(fromWallClock(event.datetime).time)}
          </Fact>
          <Fact symbol="place" name={t().where}>
            {event.address}
          </Fact>
          {event.description && (
            <Fact symbol="text" name={t().details}>
              <span class="as-written">{event.description}</span>
            </Fact>
          )}
        </dl>
        {event.type === "group" && <Members event={event} />}
      </article>
      {event.type === "group" && isMember && event.chat_id && (
        <ChatPanel id={event.chat_id} title={<h2>{t().chat}</h2>} />
      )}
      {isEdited && isMember && <EventForm event={event} onClose={() => go(to.event(id), { replace: true })} />}
    </div>
  );
}

/** Read the event and its members when needed; tell whether it is gone. */
function useReading(id: Id, event: CalendarEvent | undefined): boolean {
  const [isGone, setGone] = useState(false);
  const wasThere = useRef(false);
  const snapshot = generation.value;

  useEffect(() => {
    readEvent(id)
      .then(() => setGone(false))
      .catch((error) => {
        if (error instanceof Problem && error.status < 500) setGone(true);
        else notifyError(error);
      });
  }, [id, snapshot]);

  useEffect(() => {
    if (event) void readMembers(event).catch(notifyError);
  }, [event?.member_id_list]);

  useEffect(() => {
    if (event) wasThere.current = true;
    // Somebody has deleted it, or removed me.
    else if (wasThere.current) setGone(true);
  }, [event]);

  return isGone && !event;
}

function Gone() {
  return (
    <div class="page">
      <Heading title={t().notFound} />
      <Empty symbol="calendar" title={t().eventGone}>
        <a class="button is-filled" href={to.calendar()}>
          {t().toCalendar}
        </a>
      </Empty>
    </div>
  );
}

interface FactProps {
  symbol: keyof typeof ICONS;
  name: string;
  children: ComponentChildren;
}

function Fact({ symbol, name, children }: FactProps) {
  return (
    <div>
      <dt>
        <Icon name={symbol} />
        <span class="visually-hidden">{name}</span>
      </dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Why somebody sees an event that they do not take part in. */
function WhyHere({ event }: { event: CalendarEvent }) {
  const invites = Object.values<Invite>(state.value.invites).filter((invite) => invite.event_id === event.id);
  if (!invites[0]) return <p class="note">{t().notAMember}</p>;
  return (
    <div class="note is-inviting">
      <p>
        <strong>{t().invitedToThis}</strong>
        {t().invitedToThisText}
      </p>
      <AnswerButtons invite={invites[0]} />
    </div>
  );
}

/** What I may do with the event. */
function Verbs({ event }: { event: CalendarEvent }) {
  const [asked, setAsked] = useState<"invite" | "leave" | "delete">();
  const isGroup = event.type === "group";
  const membership = myMembership(state.value, event);
  const may = (right: "is_can_change_event" | "is_can_delete_event" | "is_can_invite_user") =>
    isGroup ? membership?.[right] : right !== "is_can_invite_user";
  const close = () => setAsked(undefined);
  const done = (text: string) => {
    notify(text);
    go(to.calendar(fromWallClock(event.datetime).day), { replace: true });
  };
  return (
    <div class="verbs">
      {may("is_can_invite_user") && (
        <button type="button" class="button is-tinted" onClick={() => setAsked("invite")}>
          <Icon name="invite" />
          {t().invite}
        </button>
      )}
      {may("is_can_change_event") && (
        <button type="button" class="button" onClick={() => go(to.editEvent(event.id))}>
          <Icon name="edit" />
          {t().edit}
        </button>
      )}
      {isGroup && (
        <button type="button" class="button" onClick={() => setAsked("leave")}>
          <Icon name="leave" />
          {t().leave}
        </button>
      )}
      {may("is_can_delete_event") && (
        <button type="button" class="button is-danger" onClick={() => setAsked("delete")}>
          <Icon name="delete" />
          {t().delete}
        </button>
      )}
      {asked === "invite" && <InviteToEvent event={event} onClose={close} />}
      {asked === "leave" && (
        <Confirm
          title={t().leaveEvent}
          text={event.member_id_list?.length === 1 ? t().lastLeaveText : t().leaveText}
          verb={t().leave}
          onClose={close}
          onConfirm={async () => {
            await leaveEvent(event.id);
            done(t().left);
          }}
        />
      )}
      {asked === "delete" && (
        <Confirm
          title={t().deleteEvent}
          text={isGroup ? t().deleteGroupText : t().deleteSingleText}
          verb={t().delete}
          onClose={close}
          onConfirm={async () => {
            await deleteEvent(event.id);
            done(t().deleted);
          }}
        />
      )}
    </div>
  );
}
