import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Problem } from "../api/http.ts";
import type { CalendarEvent, Id, Invite, Scope } from "../api/types.ts";
import { Confirm } from "../components/confirm.tsx";
import { wayTo } from "../components/event-card.tsx";
import { EventIcon, hueOf } from "../components/event-icon.tsx";
import { Icon } from "../components/icon.tsx";
import type { ICONS } from "../components/icons.ts";
import { Heading } from "../components/page.tsx";
import { ScopeQuestion } from "../components/scope-question.tsx";
import { Empty, Loading } from "../components/states.tsx";
import { notify, notifyError } from "../components/toasts.tsx";
import { inWords, t } from "../i18n/index.ts";
import { repeatsInWords } from "../i18n/repeats.ts";
import { elsewhereInWords, whenInWords } from "../i18n/when.ts";
import { lastView } from "../preferences.ts";
import { go, to } from "../route.ts";
import { deleteEvent, leaveEvent } from "../store/actions.ts";
import { myMembership } from "../store/state.ts";
import { generation, planned, readEvent, readMembers, readOccurrence, state } from "../store/store.ts";
import { knowsZone, now, zoneHere } from "../time/clock.ts";
import { inTimeOrder, keyOf, type Placed, place } from "../time/place.ts";
import { ChatPanel } from "./chat.tsx";
import { EventForm } from "./event-form/event-form.tsx";
import { AnswerButtons } from "./invitations.tsx";
import { InviteToEvent } from "./invite-to-event.tsx";
import { Members } from "./members.tsx";

/** An event, or one of its occurrences: what it is, who takes part, and its chat. */
export function EventPage({ id, occurrence, isEdited }: { id: Id; occurrence: string | null; isEdited: boolean }) {
  const knownBase = state.value.events[id];
  const known = occurrence ? state.value.calendar[keyOf({ id, occurrence })] : knownBase;
  const isGone = useReading(id, occurrence, knownBase, known);
  // Whoever types does not lose it because somebody else changes or deletes something.
  const [base, event] = [useLast(knownBase, isGone && !isEdited), useLast(known, isGone && !isEdited)];

  if (isGone && !(isEdited && event)) return <Gone series={occurrence && knownBase ? id : null} />;
  if (!base || !event || (base.type === "group" && !base.member_id_list)) {
    return (
      <div class="page">
        <Heading title={base?.name ?? t().loading} />
        <Loading />
      </div>
    );
  }
  const placed = place(event, zoneHere());
  const isMember = state.value.mine.has(id);
  return (
    <div class={event.type === "group" ? "page event-page has-chat" : "page event-page"}>
      <article class="event" style={{ "--hue": hueOf(event.icon) }}>
        <a class="way-back" href={to.view(lastView.value, placed.firstDay)}>
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
                  {t().membersCount(base.member_id_list?.length ?? 0)}
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
        {!isMember && <WhyHere event={base} />}
        {isMember && <Verbs event={event} base={base} />}
        <dl class="facts">
          <Fact symbol="clock" name={t().when}>
            <When placed={placed} />
          </Fact>
          {(event.recurrence || event.occurrence) && (
            <Fact symbol="repeat" name={t().repeats}>
              <HowOften event={event} />
            </Fact>
          )}
          {event.address && (
            <Fact symbol="place" name={t().where}>
              {event.address}
            </Fact>
          )}
          {event.description && (
            <Fact symbol="text" name={t().details}>
              <span class="as-written">{event.description}</span>
            </Fact>
          )}
        </dl>
        {event.type === "group" && <Members event={base} />}
      </article>
      {event.type === "group" && isMember && base.chat_id && (
        <ChatPanel id={base.chat_id} title={<h2>{t().chat}</h2>} />
      )}
      {isEdited && (isMember || isGone) && (
        <EventForm event={event} onClose={() => go(to.event(id, occurrence), { replace: true })} />
      )}
    </div>
  );
}

function When({ placed }: { placed: Placed }) {
  const { event } = placed;
  const elsewhere = elsewhereInWords(placed);
  return (
    <>
      {whenInWords(placed)}
      {elsewhere && (
        <small class="quiet elsewhere">
          {elsewhere}
          {knowsZone(event.time_zone!) && ` · ${inWords().zone(event.time_zone!, Date.parse(event.starts_at))}`}
        </small>
      )}
    </>
  );
}

/** By which rule it repeats; of the whole series also when it is next, of an occurrence the way to the series. */
function HowOften({ event }: { event: CalendarEvent }) {
  const today = now();
  const next = event.occurrence
    ? undefined
    : planned.value.filter((one) => one.event.id === event.id && one.end >= today).sort(inTimeOrder)[0];
  return (
    <>
      <span class="sentence">{repeatsInWords(event) || t().doesNotRepeat}</span>
      {event.occurrence && (
        <a class="beside" href={to.event(event.id)}>
          {t().toSeries}
        </a>
      )}
      {next && (
        <small class="quiet elsewhere">
          {t().nextTime}: <a href={wayTo(next)}>{whenInWords(next)}</a>
        </small>
      )}
    </>
  );
}

/** What is there, or was until a moment ago. */
function useLast<T>(value: T | undefined, isGone: boolean): T | undefined {
  const last = useRef(value);
  if (value || isGone) last.current = value;
  return last.current;
}

/** Read the event, its occurrence and its members when needed; tell whether it is gone. */
function useReading(
  id: Id,
  occurrence: string | null,
  base: CalendarEvent | undefined,
  event: CalendarEvent | undefined,
): boolean {
  const [isGone, setGone] = useState(false);
  const wasThere = useRef(false);
  const snapshot = generation.value;
  const onError = (error: unknown) => {
    if (error instanceof Problem && error.status < 500) setGone(true);
    else notifyError(error);
  };

  useEffect(() => {
    readEvent(id)
      .then(() => occurrence || setGone(false))
      .catch(onError);
  }, [id, snapshot]);

  useEffect(() => {
    if (occurrence && base && !event) {
      readOccurrence(id, occurrence)
        .then(() => setGone(false))
        .catch(onError);
    }
  }, [id, occurrence, !base, !event]);

  useEffect(() => {
    if (base) void readMembers(base).catch(notifyError);
  }, [base?.member_id_list]);

  useEffect(() => {
    if (base) wasThere.current = true;
    // Somebody has deleted it, or removed me.
    else if (wasThere.current) setGone(true);
  }, [base]);

  return isGone && !event;
}

/** `series`: the event whose occurrence is gone. */
function Gone({ series }: { series: Id | null }) {
  return (
    <div class="page">
      <Heading title={t().notFound} />
      <Empty symbol="calendar" title={series ? t().occurrenceGone : t().eventGone}>
        <a class="button is-filled" href={series ? to.event(series) : to.calendar()}>
          {series ? t().toSeries : t().toCalendar}
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

/** What I may do with the event. `base`: the event itself if this is one of its occurrences. */
function Verbs({ event, base }: { event: CalendarEvent; base: CalendarEvent }) {
  const [asked, setAsked] = useState<"invite" | "leave" | "delete">();
  const isGroup = event.type === "group";
  const membership = myMembership(state.value, base);
  const may = (right: "is_can_change_event" | "is_can_delete_event" | "is_can_invite_user") =>
    isGroup ? membership?.[right] : right !== "is_can_invite_user";
  const close = () => setAsked(undefined);
  const done = (text: string) => {
    notify(text);
    go(to.view(lastView.value, place(event, zoneHere()).firstDay), { replace: true });
  };
  const remove = async (scope: Scope) => {
    await deleteEvent(event.id, { occurrence: event.occurrence, scope });
    done(t().deleted);
  };
  const mayCancel = event.occurrence !== null && may("is_can_change_event");
  return (
    <div class="verbs">
      {may("is_can_invite_user") && (
        <button type="button" class="button is-tinted" onClick={() => setAsked("invite")}>
          <Icon name="invite" />
          {t().invite}
        </button>
      )}
      {may("is_can_change_event") && (
        <button type="button" class="button" onClick={() => go(to.editEvent(event.id, event.occurrence))}>
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
      {(may("is_can_delete_event") || mayCancel) && (
        <button type="button" class="button is-danger" onClick={() => setAsked("delete")}>
          <Icon name="delete" />
          {t().delete}
        </button>
      )}
      {asked === "invite" && <InviteToEvent event={base} onClose={close} />}
      {asked === "leave" && (
        <Confirm
          title={t().leaveEvent}
          text={base.member_id_list?.length === 1 ? t().lastLeaveText : t().leaveText}
          verb={t().leave}
          onClose={close}
          onConfirm={async () => {
            await leaveEvent(event.id);
            done(t().left);
          }}
        />
      )}
      {asked === "delete" && !event.occurrence && (
        <Confirm
          title={t().deleteEvent}
          text={isGroup ? t().deleteGroupText : t().deleteSingleText}
          verb={t().delete}
          onClose={close}
          onConfirm={() => remove("all")}
        />
      )}
      {asked === "delete" && event.occurrence && (
        <ScopeQuestion
          isDeleting
          scopes={scopesToDelete(!!mayCancel, !!may("is_can_delete_event"))}
          onClose={close}
          onChoose={remove}
        />
      )}
    </div>
  );
}

const scopesToDelete = (mayCancel: boolean, mayDelete: boolean): Scope[] => [
  ...(mayCancel ? (["this", "following"] as const) : []),
  ...(mayDelete ? (["all"] as const) : []),
];
