import { useEffect, useRef, useState } from "preact/hooks";
import { Problem } from "../../api/http.ts";
import type { CalendarEvent, Id, Scope } from "../../api/types.ts";
import { Avatar } from "../../components/avatar.tsx";
import { Confirm } from "../../components/confirm.tsx";
import { EVENT_ICONS, EventIcon, iconOf } from "../../components/event-icon.tsx";
import { Field } from "../../components/field.tsx";
import { Modal } from "../../components/modal.tsx";
import { ScopeQuestion } from "../../components/scope-question.tsx";
import { notify } from "../../components/toasts.tsx";
import type { Day } from "../../dates.ts";
import { t } from "../../i18n/index.ts";
import { go, type Outline, to, useGuard } from "../../route.ts";
import { changeEvent, createEvent } from "../../store/actions.ts";
import { readEvent, readOccurrence, state } from "../../store/store.ts";
import { toApi, wallClock, zoneHere } from "../../time/clock.ts";
import {
  asEvent,
  blank,
  changesOf,
  type Draft,
  differences,
  draftOf,
  endOf,
  fitted,
  repeatDay,
  scopesOf,
  startOf,
} from "../../time/draft.ts";
import { asErrors, type Errors, faults } from "./errors.ts";
import { Hints } from "./hints.tsx";
import { RepeatFields } from "./repeat-fields.tsx";
import { WhenFields } from "./when-fields.tsx";

interface Props {
  onClose: () => void;
  /** A new event on this day, at these times … */
  day?: Day;
  outline?: Outline | null;
  /** … or this one, or this occurrence, to be changed. */
  event?: CalendarEvent;
}

const begin = ({ event, day, outline }: Props): Draft =>
  event ? draftOf(event, iconOf(event)) : blank(day!, zoneHere(), outline?.from, outline?.to);

const reread = ({ id, occurrence }: CalendarEvent) => (occurrence ? readOccurrence(id, occurrence) : readEvent(id));

export function EventForm(props: Props) {
  const { event, onClose } = props;
  const [first, setFirst] = useState(() => begin(props));
  const [draft, setDraft] = useState(first);
  const [guests, setGuests] = useState<readonly Id[]>([]);
  const [errors, setErrors] = useState<Errors>({});
  const [isBusy, setBusy] = useState(false);
  const [asked, setAsked] = useState<readonly Scope[] | "discard">();
  const [tag, setTag] = useState<string>();
  const form = useRef<HTMLFormElement>(null);
  const set = (change: Partial<Draft>) => setDraft((now) => ({ ...now, ...change }));

  /** Begin from what is true now, keeping what the person has changed already. */
  const beginAnew = async () => {
    const read = await reread(event!);
    const fresh = draftOf(read.event, iconOf(read.event));
    setDraft((now) => ({ ...fresh, ...differences(first, now) }));
    setFirst(fresh);
    setTag(read.tag);
  };

  useEffect(() => {
    if (event) void beginAnew().catch(() => undefined);
  }, []);

  const refuse = (found: Errors) => {
    setErrors(found);
    setBusy(false);
    requestAnimationFrame(() => form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus());
  };

  /** Do it; what is refused is said in the form, with everything that was typed. */
  const attempt = async (write: () => Promise<void>) => {
    setBusy(true);
    setErrors({});
    try {
      await write();
    } catch (error) {
      if (!event || !(error instanceof Problem && error.status === 412)) return refuse(asErrors(error));
      await beginAnew().catch(() => undefined);
      refuse({ form: t().changedMeanwhile });
    }
  };

  const create = async () => {
    const { id, notInvited } = await createEvent(asEvent(draft), draft.type === "group" ? guests : []);
    const names = notInvited.map((guest) => state.value.friends[guest]?.name ?? "?").join(", ");
    if (names) notify(t().notInvited(names), { isError: true });
    else notify(t().created);
    go(to.event(id), { replace: true });
  };

  const change = async (scope: Scope) => {
    const { id, occurrence } = event!;
    const series = scope === "all" && occurrence ? (await readEvent(id)).event : event!;
    const changes = fitted(first, draft, scope, series);
    if (Object.keys(changes).length) await changeEvent(id, changes, { occurrence, scope }, tag);
    notify(t().saved);
    if (occurrence && scope !== "this") go(await wayToChanged(id, nameOf(first, draft, occurrence)), { replace: true });
    else onClose();
  };

  const save = async () => {
    const halfTyped = findHalfTyped(form.current!);
    if (halfTyped) return refuse({ form: t().halfTyped(halfTyped) });
    const found = faults(draft);
    if (Object.keys(found).length) return refuse(found);
    if (!event) return attempt(create);
    const changes = changesOf(first, draft);
    if (event.occurrence && Object.keys(changes).length) return setAsked(scopesOf(first, draft));
    return attempt(() => change("all"));
  };

  const isChanged = Object.keys(differences(first, draft)).length > 0 || guests.length > 0;
  const close = () => (isChanged ? setAsked("discard") : onClose());
  useGuard(isChanged, close);
  const isMoved = startOf(first) !== startOf(draft) || endOf(first) !== endOf(draft);

  return (
    <Modal title={event ? t().editEvent : t().newEvent} size="is-wide" onClose={close}>
      <form
        ref={form}
        class="event-form"
        noValidate
        onSubmit={(submit) => {
          submit.preventDefault();
          void save();
        }}
      >
        <div class="modal-body">
          {errors.form && (
            <p class="note is-error" role="alert">
              {errors.form}
            </p>
          )}
          <Field label={t().name} error={errors.name}>
            {(control) => (
              <input
                {...control}
                type="text"
                maxLength={200}
                required
                autocomplete="off"
                placeholder={t().namePlaceholder}
                value={draft.name}
                onInput={({ currentTarget }) => set({ name: currentTarget.value })}
              />
            )}
          </Field>
          {!event && <KindChoice kind={draft.type} onChoose={(type) => set({ type })} />}
          {!event && draft.type === "group" && <Guests chosen={guests} onChoose={setGuests} />}
          <WhenFields draft={draft} errors={errors} onChange={set} />
          <RepeatFields first={first} draft={draft} errors={errors} onChange={set} />
          {(!event || isMoved) && <Hints draft={draft} id={event?.id} />}
          <Field label={t().address} error={errors.address} isOptional>
            {(control) => (
              <input
                {...control}
                type="text"
                maxLength={500}
                placeholder={t().addressPlaceholder}
                value={draft.address}
                onInput={({ currentTarget }) => set({ address: currentTarget.value })}
              />
            )}
          </Field>
          <Field label={t().description} error={errors.description} isOptional>
            {(control) => (
              <textarea
                {...control}
                rows={3}
                maxLength={10_000}
                placeholder={t().descriptionPlaceholder}
                value={draft.description}
                onInput={({ currentTarget }) => set({ description: currentTarget.value })}
              />
            )}
          </Field>
          <IconChoice icon={draft.icon} onChoose={(icon) => set({ icon })} />
          <label class="switch">
            <input
              type="checkbox"
              checked={draft.isOpen}
              onChange={({ currentTarget }) => set({ isOpen: currentTarget.checked })}
            />
            <span>
              {t().visibility}
              <small>{t().visibilityText}</small>
            </span>
          </label>
        </div>
        <footer class="modal-foot">
          <button type="button" class="button" onClick={close}>
            {t().cancel}
          </button>
          <button type="submit" class="button is-filled" disabled={isBusy}>
            {isBusy ? t().saving : t().save}
          </button>
        </footer>
      </form>
      {Array.isArray(asked) && (
        <ScopeQuestion
          scopes={asked}
          onChoose={(scope) => attempt(() => change(scope))}
          onClose={() => setAsked(undefined)}
        />
      )}
      {asked === "discard" && (
        <Confirm
          title={t().discardTitle}
          text={t().discardText}
          verb={t().discard}
          undo={t().keepEditing}
          onConfirm={async () => onClose()}
          onClose={() => setAsked(undefined)}
        />
      )}
    </Modal>
  );
}

/** Name a date or a time of which a part is missing: it has no value, as an empty one. */
const findHalfTyped = (form: HTMLFormElement): string | null | undefined =>
  [...form.querySelectorAll<HTMLInputElement>("[type=date], [type=time]")].find(({ validity }) => validity.badInput)
    ?.labels?.[0]?.textContent;

/** How the changed occurrence is called now: by the start that is planned for it. */
function nameOf(first: Draft, draft: Draft, occurrence: string): string {
  if (startOf(first) === startOf(draft)) return occurrence;
  return toApi(wallClock(repeatDay(draft), draft.isAllDay ? "00:00" : draft.time));
}

/** The way to an occurrence, or to its event if the series has no such one any more. */
async function wayToChanged(id: Id, occurrence: string): Promise<string> {
  try {
    await readOccurrence(id, occurrence);
    return to.event(id, occurrence);
  } catch {
    return to.event(id);
  }
}

function KindChoice({ kind, onChoose }: { kind: Draft["type"]; onChoose: (kind: Draft["type"]) => void }) {
  return (
    <fieldset class="segments">
      <legend>{t().kind}</legend>
      <div>
        {(["single", "group"] as const).map((value) => (
          <label key={value}>
            <input type="radio" name="type" value={value} checked={kind === value} onChange={() => onChoose(value)} />
            <span>{t()[value]}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Guests({ chosen, onChoose }: { chosen: readonly Id[]; onChoose: (guests: readonly Id[]) => void }) {
  const friends = Object.values(state.value.friends);
  const toggle = (id: Id) => onChoose(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);
  if (!friends.length) return <p class="note">{t().noFriendsToInvite}</p>;
  return (
    <fieldset class="guests">
      <legend>
        {t().inviteFriends} <small aria-hidden="true">{t().optional}</small>
      </legend>
      {friends.map((friend) => (
        <label key={friend.id}>
          <input type="checkbox" checked={chosen.includes(friend.id)} onChange={() => toggle(friend.id)} />
          <Avatar name={friend.name} picture={friend.profile_pic} size="is-small" />
          <span>{friend.name}</span>
        </label>
      ))}
    </fieldset>
  );
}

function IconChoice({ icon, onChoose }: { icon: string; onChoose: (icon: string) => void }) {
  const names: Record<string, string> = t().icons;
  // An icon that is not for choosing may have been given by another client.
  const files = icon in EVENT_ICONS ? Object.keys(EVENT_ICONS) : [icon, ...Object.keys(EVENT_ICONS)];
  return (
    <fieldset class="icons">
      <legend>{t().icon}</legend>
      <div>
        {files.map((file) => (
          <label key={file} title={names[file]}>
            <input
              type="radio"
              name="icon"
              value={file}
              aria-label={names[file] ?? file}
              checked={icon === file}
              onChange={() => onChoose(file)}
            />
            <EventIcon icon={file} />
          </label>
        ))}
      </div>
    </fieldset>
  );
}
