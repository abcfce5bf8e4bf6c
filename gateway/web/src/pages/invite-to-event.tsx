import { useId, useState } from "preact/hooks";
import type { CalendarEvent, Id, Person } from "../api/types.ts";
import { Avatar } from "../components/avatar.tsx";
import { Icon } from "../components/icon.tsx";
import { Modal } from "../components/modal.tsx";
import { Empty } from "../components/states.tsx";
import { notify, notifyError } from "../components/toasts.tsx";
import { t } from "../i18n/index.ts";
import { inviteToEvent } from "../store/actions.ts";
import { membersOf } from "../store/state.ts";
import { state } from "../store/store.ts";

/** Choose among my friends who do not take part yet. */
export function InviteToEvent({ event, onClose }: { event: CalendarEvent; onClose: () => void }) {
  const [invited, setInvited] = useState<ReadonlySet<Id>>(new Set());
  const members = new Set(membersOf(state.value, event).map((member) => member.user_id));
  const friends = Object.values<Person>(state.value.friends);
  const others = friends.filter((friend) => !members.has(friend.id));

  const invite = async (friend: Person) => {
    try {
      await inviteToEvent(event.id, friend.id);
      setInvited((before) => new Set(before).add(friend.id));
      notify(t().inviteSent(friend.name));
    } catch (error) {
      notifyError(error);
    }
  };

  return (
    <Modal title={t().inviteTo(event.name)} onClose={onClose}>
      <div class="modal-body">
        {others.length === 0 && (
          <Empty symbol="friends" title={friends.length ? t().allInvited : t().noFriendsToInvite} />
        )}
        <ul class="people">
          {others.map((friend) => (
            <Row friend={friend} isInvited={invited.has(friend.id)} onInvite={() => invite(friend)} key={friend.id} />
          ))}
        </ul>
      </div>
    </Modal>
  );
}

interface RowProps {
  friend: Person;
  isInvited: boolean;
  onInvite: () => Promise<void>;
}

function Row({ friend, isInvited, onInvite }: RowProps) {
  const id = useId();
  return (
    <li class="person">
      <Avatar name={friend.name} picture={friend.profile_pic} />
      <p class="person-words">
        <strong id={id}>{friend.name}</strong>
        <small>{friend.email}</small>
      </p>
      {isInvited ? (
        <span class="done">
          <Icon name="check" />
          {t().invited}
        </span>
      ) : (
        <button type="button" class="button is-tinted" aria-describedby={id} onClick={() => void onInvite()}>
          {t().invite}
        </button>
      )}
    </li>
  );
}
