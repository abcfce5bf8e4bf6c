import { useState } from "preact/hooks";
import { type CalendarEvent, type Member, RIGHTS, type Right, type Rights } from "../api/types.ts";
import { Avatar } from "../components/avatar.tsx";
import { Confirm } from "../components/confirm.tsx";
import { Icon } from "../components/icon.tsx";
import { Modal } from "../components/modal.tsx";
import { notify, notifyError } from "../components/toasts.tsx";
import { t } from "../i18n/index.ts";
import { changeRights, removeMember } from "../store/actions.ts";
import { membersOf, myMembership } from "../store/state.ts";
import { state } from "../store/store.ts";

export function Members({ event }: { event: CalendarEvent }) {
  const members = membersOf(state.value, event);
  const mine = myMembership(state.value, event);
  return (
    <section class="members" aria-labelledby="members-title">
      <h2 id="members-title">{t().members}</h2>
      <ul class="people">
        {members.map((member) => (
          <Row member={member} mine={mine} key={member.member_id} />
        ))}
      </ul>
    </section>
  );
}

function Row({ member, mine }: { member: Member; mine: Member | undefined }) {
  const [isOpen, setOpen] = useState(false);
  const isMe = member.user_id === state.value.me.id;
  const canManage = mine && !isMe && RIGHTS.some((right) => mine[right]);
  const isOrganiser = RIGHTS.every((right) => member[right]);
  return (
    <li class="person">
      <Avatar name={member.name} picture={member.profile_pic} />
      <p class="person-words">
        <strong>{member.name}</strong> {isMe && <span class="quiet">({t().you})</span>}
        {isOrganiser && <small>{t().organiser}</small>}
      </p>
      {canManage && (
        <button
          type="button"
          class="button is-quiet is-square"
          aria-label={t().rightsOf(member.name)}
          onClick={() => setOpen(true)}
        >
          <Icon name="rights" />
        </button>
      )}
      {isOpen && mine && <RightsForm member={member} mine={mine} onClose={() => setOpen(false)} />}
    </li>
  );
}

function RightsForm({ member, mine, onClose }: { member: Member; mine: Member; onClose: () => void }) {
  const [changes, setChanges] = useState<Partial<Rights>>({});
  const [isBusy, setBusy] = useState(false);
  const [isRemoved, setRemoved] = useState(false);
  const holds = (right: Right) => changes[right] ?? member[right];

  const save = async () => {
    setBusy(true);
    try {
      if (Object.keys(changes).length) await changeRights(member, changes);
      notify(t().saved);
      onClose();
    } catch (error) {
      notifyError(error);
      setBusy(false);
    }
  };

  if (isRemoved) {
    return (
      <Confirm
        title={t().removeMemberOf(member.name)}
        text={t().removeMemberText(member.name)}
        verb={t().removeMember}
        onClose={onClose}
        onConfirm={() => removeMember(member)}
      />
    );
  }
  return (
    <Modal title={t().rightsOf(member.name)} onClose={onClose}>
      <div class="modal-body">
        <p class="quiet">{t().rightsText}</p>
        {RIGHTS.map((right) => (
          <label class="switch" key={right}>
            <input
              type="checkbox"
              checked={holds(right)}
              disabled={!mine[right]}
              onChange={({ currentTarget }) => setChanges({ ...changes, [right]: currentTarget.checked })}
            />
            <span>{t()[right]}</span>
          </label>
        ))}
      </div>
      <footer class="modal-foot">
        {mine.is_can_delete_user && (
          <button type="button" class="button is-danger is-first" onClick={() => setRemoved(true)}>
            {t().removeMember}
          </button>
        )}
        <button type="button" class="button" onClick={onClose}>
          {t().cancel}
        </button>
        <button type="button" class="button is-filled" disabled={isBusy} onClick={() => void save()}>
          {t().save}
        </button>
      </footer>
    </Modal>
  );
}
