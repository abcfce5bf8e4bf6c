import { useEffect, useId, useState } from "preact/hooks";
import { searchPeople } from "../api/calls.ts";
import { sleep } from "../api/http.ts";
import type { Person } from "../api/types.ts";
import { Avatar } from "../components/avatar.tsx";
import { Confirm } from "../components/confirm.tsx";
import { Icon } from "../components/icon.tsx";
import { Heading } from "../components/page.tsx";
import { Empty, Loading } from "../components/states.tsx";
import { notify, notifyError } from "../components/toasts.tsx";
import { inWords, t } from "../i18n/index.ts";
import { to } from "../route.ts";
import { befriend, unfriend } from "../store/actions.ts";
import { dialogWith } from "../store/state.ts";
import { state } from "../store/store.ts";
import { AnswerButtons } from "./invitations.tsx";

const TYPING_MS = 250;

export function Friends() {
  const friends = Object.values<Person>(state.value.friends).sort((a, b) => a.name.localeCompare(b.name));
  return (
    <div class="page friends-page">
      <Heading title={t().friends} />
      <Search />
      <section aria-label={t().friends}>
        {friends.length === 0 && <Empty symbol="friends" title={t().noFriends} text={t().noFriendsText} />}
        <ul class="people is-framed">
          {friends.map((friend) => (
            <Friend friend={friend} key={friend.id} />
          ))}
        </ul>
      </section>
    </div>
  );
}

function Friend({ friend }: { friend: Person }) {
  const [isAsked, setAsked] = useState(false);
  const id = useId();
  const dialog = dialogWith(state.value, friend.id);
  return (
    <li class="person">
      <Avatar name={friend.name} picture={friend.profile_pic} />
      <p class="person-words">
        <strong id={id}>{friend.name}</strong>
        <small>{friend.email}</small>
        {friend.birthday && (
          <small class="born">
            <Icon name="cake" />
            <span class="visually-hidden">{t().birthday}</span> {inWords().birthday(friend.birthday)}
          </small>
        )}
      </p>
      {dialog && (
        <a class="button is-tinted" href={to.dialog(dialog.id)} aria-describedby={id}>
          <Icon name="dialogs" />
          <span class="wide-only">{t().write}</span>
        </a>
      )}
      <button
        type="button"
        class="button is-quiet is-square"
        aria-label={t().unfriend}
        aria-describedby={id}
        onClick={() => setAsked(true)}
      >
        <Icon name="delete" />
      </button>
      {isAsked && (
        <Confirm
          title={t().unfriendOf(friend.name)}
          text={t().unfriendText}
          verb={t().unfriend}
          onClose={() => setAsked(false)}
          onConfirm={async () => {
            await unfriend(friend.id);
            notify(t().unfriended(friend.name));
          }}
        />
      )}
    </li>
  );
}

function Search() {
  const [text, setText] = useState("");
  const [found, setFound] = useState<Person[]>();
  const asked = text.trim();

  useEffect(() => {
    let isOld = false;
    setFound(undefined);
    if (!asked) return;
    // The last letter typed decides; an answer to what is no longer asked is dropped.
    void sleep(TYPING_MS).then(async () => {
      if (isOld) return;
      try {
        const people = await searchPeople(asked);
        if (!isOld) setFound(people);
      } catch (error) {
        if (!isOld) notifyError(error);
      }
    });
    return () => {
      isOld = true;
    };
  }, [asked]);

  return (
    <search class="search">
      <form onSubmit={(event) => event.preventDefault()}>
        <label>
          <span class="visually-hidden">{t().findPeople}</span>
          <input
            type="search"
            placeholder={`${t().findPeople}: ${t().findPlaceholder.toLocaleLowerCase()}`}
            value={text}
            autocomplete="off"
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
        </label>
        <button type="submit" class="button is-quiet is-square" aria-label={t().search}>
          <Icon name="search" />
        </button>
      </form>
      <p class="visually-hidden" role="status">
        {found && (found.length ? t().found(found.length) : t().nobodyFound)}
      </p>
      {asked && !found && <Loading />}
      {found && found.length === 0 && (
        <Empty symbol="search" title={t().nobodyFound} text={t().nobodyFoundText(asked)} />
      )}
      {found && found.length > 0 && (
        <section aria-label={t().searchResults}>
          <ul class="people is-framed">
            {found.map((person) => (
              <Found person={person} key={person.id} />
            ))}
          </ul>
        </section>
      )}
    </search>
  );
}

function Found({ person }: { person: Person }) {
  const [isInvited, setInvited] = useState(false);
  const id = useId();
  const waiting = Object.values(state.value.invites).find(
    (invite) => invite.type === "friend" && invite.sender_id === person.id,
  );
  const invite = async () => {
    try {
      await befriend(person);
      setInvited(true);
      notify(t().inviteSent(person.name));
    } catch (error) {
      notifyError(error);
    }
  };
  return (
    <li class="person">
      <Avatar name={person.name} picture={person.profile_pic} />
      <p class="person-words">
        <strong id={id}>{person.name}</strong>
        {person.email && <small>{person.email}</small>}
      </p>
      {person.id === state.value.me.id ? (
        <span class="quiet">{t().isYou}</span>
      ) : state.value.friends[person.id] ? (
        <span class="done">
          <Icon name="check" />
          {t().isFriend}
        </span>
      ) : waiting ? (
        <AnswerButtons invite={waiting} />
      ) : isInvited ? (
        <span class="done">
          <Icon name="check" />
          {t().invited}
        </span>
      ) : (
        <button type="button" class="button is-tinted" aria-describedby={id} onClick={() => void invite()}>
          <Icon name="invite" />
          {t().invite}
        </button>
      )}
    </li>
  );
}
