import { useEffect, useId, useState } from "preact/hooks";
import type { Invite } from "../api/types.ts";
import { Avatar } from "../components/avatar.tsx";
import { EventIcon } from "../components/event-icon.tsx";
import { Heading } from "../components/page.tsx";
import { Empty } from "../components/states.tsx";
import { notify, notifyError } from "../components/toasts.tsx";
import { usePerson } from "../components/use-person.ts";
import { t } from "../i18n/index.ts";
import { repeatsInWords } from "../i18n/repeats.ts";
import { whenInWords } from "../i18n/when.ts";
import { to } from "../route.ts";
import { answerInvite } from "../store/actions.ts";
import { readEvent, state } from "../store/store.ts";
import { zoneHere } from "../time/clock.ts";
import { place } from "../time/place.ts";

/** Everything that waits for my answer. */
export function Invitations() {
  const invites = Object.values<Invite>(state.value.invites);
  const [friends, events] = [
    invites.filter(({ type }) => type === "friend"),
    invites.filter(({ type }) => type === "event"),
  ];
  return (
    <div class="page invitations-page">
      <Heading title={t().invitations} />
      {invites.length === 0 && <Empty symbol="invitations" title={t().noInvitations} text={t().noInvitationsText} />}
      {events.length > 0 && (
        <section>
          <h2>{t().eventInvitations}</h2>
          <ul class="people is-framed">
            {events.map((invite) => (
              <EventInvite invite={invite} key={invite.id} />
            ))}
          </ul>
        </section>
      )}
      {friends.length > 0 && (
        <section>
          <h2>{t().friendInvitations}</h2>
          <ul class="people is-framed">
            {friends.map((invite) => (
              <FriendInvite invite={invite} key={invite.id} />
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function FriendInvite({ invite }: { invite: Invite }) {
  const id = useId();
  const sender = usePerson(invite.sender_id);
  const name = sender?.name ?? t().someone;
  return (
    <li class="person">
      <Avatar name={name} picture={sender?.profile_pic} />
      <p class="person-words" id={id}>
        <strong>{name}</strong>
        <small>{t().wantsToBeFriends}</small>
      </p>
      <AnswerButtons invite={invite} describedBy={id} />
    </li>
  );
}

function EventInvite({ invite }: { invite: Invite }) {
  const id = useId();
  const event = state.value.events[invite.event_id!];
  const sender = usePerson(invite.sender_id);

  useEffect(() => {
    void readEvent(invite.event_id!).catch(() => undefined);
  }, [invite.event_id]);

  return (
    <li class="person">
      <EventIcon icon={event?.icon ?? ""} size="is-large" />
      <p class="person-words" id={id}>
        <strong>{event ? <a href={to.event(event.id)}>{event.name}</a> : t().loading}</strong>
        {event && (
          <small>
            {[whenInWords(place(event, zoneHere())), repeatsInWords(event), event.address].filter(Boolean).join(" · ")}
          </small>
        )}
        <small>{t().invitesYou(sender?.name ?? t().someone)}</small>
      </p>
      <AnswerButtons invite={invite} describedBy={id} />
    </li>
  );
}

export function AnswerButtons({ invite, describedBy }: { invite: Invite; describedBy?: string }) {
  const [isBusy, setBusy] = useState(false);
  const answer = async (action: "accept" | "decline") => {
    setBusy(true);
    try {
      await answerInvite(invite, action);
      notify(action === "accept" ? t().accepted : t().declined);
    } catch (error) {
      notifyError(error);
      setBusy(false);
    }
  };
  return (
    <span class="answers">
      <button
        type="button"
        class="button is-filled"
        aria-describedby={describedBy}
        disabled={isBusy}
        onClick={() => void answer("accept")}
      >
        {t().accept}
      </button>
      <button
        type="button"
        class="button"
        aria-describedby={describedBy}
        disabled={isBusy}
        onClick={() => void answer("decline")}
      >
        {t().decline}
      </button>
    </span>
  );
}
