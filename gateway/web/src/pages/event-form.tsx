import { useEffect, useRef, useState } from "preact/hooks";
import { errorText, fieldErrors } from "../api/error-text.ts";
import { Problem } from "../api/http.ts";
import type { CalendarEvent, Id, NewEvent } from "../api/types.ts";
import { Avatar } from "../components/avatar.tsx";
import { EVENT_ICONS, EventIcon, fileOf } from "../components/event-icon.tsx";
import { Field } from "../components/field.tsx";
import { Modal } from "../components/modal.tsx";
import { notify } from "../components/toasts.tsx";
import { type Day, fromWallClock, toWallClock } from "../dates.ts";
import { t } from "../i18n/index.ts";
import { go, to } from "../route.ts";
import { changeEvent, createEvent } from "../store/actions.ts";
import { readEvent, state } from "../store/store.ts";

interface Draft {
  name: string;
  type: "single" | "group";
  day: Day;
  time: string;
  address: string;
  description: string;
  icon: string;
  isOpen: boolean;
}

type Errors = Partial<Record<"name" | "day" | "time" | "address" | "description" | "form", string>>;

interface Props {
  onClose: () => void;
  /** A new event on this day … */
  day?: Day;
  /** … or this one, to be changed. */
  event?: CalendarEvent;
}

export function EventForm({ day, event, onClose }: Props) {
  const [first, setFirst] = useState(() => (event ? draftOf(event) : blank(day!)));
  const [draft, setDraft] = useState(first);
  const [guests, setGuests] = useState<readonly Id[]>([]);
  const [errors, setErrors] = useState<Errors>({});
  const [isBusy, setBusy] = useState(false);
  const [tag, setTag] = useState<string>();
  const form = useRef<HTMLFormElement>(null);
  const set = (change: Partial<Draft>) => setDraft((now) => ({ ...now, ...change }));

  /** Begin from what is true now, keeping what the person has changed already. */
  const beginAnew = async (id: Id) => {
    const read = await readEvent(id);
    const fresh = draftOf(read.event);
    setDraft((now) => ({ ...fresh, ...differences(first, now) }));
    setFirst(fresh);
    setTag(read.tag);
  };

  useEffect(() => {
    if (event) void beginAnew(event.id).catch(() => undefined);
  }, []);

  const refuse = (found: Errors) => {
    setErrors(found);
    setBusy(false);
    requestAnimationFrame(() => form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus());
  };

  const save = async () => {
    const found = faults(draft);
    if (Object.keys(found).length) return refuse(found);
    setBusy(true);
    setErrors({});
    try {
      if (event) {
        const changes = differences(asEvent(first), asEvent(draft));
        if (Object.keys(changes).length) await changeEvent(event.id, changes, tag);
        notify(t().saved);
        onClose();
      } else {
        const id = await createEvent(asEvent(draft), draft.type === "group" ? guests : []);
        notify(t().created);
        go(to.event(id), { replace: true });
      }
    } catch (error) {
      if (event && error instanceof Problem && error.status === 412) {
        await beginAnew(event.id).catch(() => undefined);
        return refuse({ form: t().changedMeanwhile });
      }
      refuse(asErrors(error));
    }
  };

  return (
    <Modal title={event ? t().editEvent : t().newEvent} size="is-wide" onClose={onClose}>
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
          <div class="field-row">
            <Field label={t().date} error={errors.day}>
              {(control) => (
                <input
                  {...control}
                  type="date"
                  required
                  value={draft.day}
                  onInput={({ currentTarget }) => set({ day: currentTarget.value })}
                />
              )}
            </Field>
            <Field label={t().time} error={errors.time}>
              {(control) => (
                <input
                  {...control}
                  type="time"
                  required
                  value={draft.time}
                  onInput={({ currentTarget }) => set({ time: currentTarget.value })}
                />
              )}
            </Field>
          </div>
          <Field label={t().address} error={errors.address}>
            {(control) => (
              <input
                {...control}
                type="text"
                maxLength={500}
                required
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
          <button type="button" class="button" onClick={onClose}>
            {t().cancel}
          </button>
          <button type="submit" class="button is-filled" disabled={isBusy}>
            {isBusy ? t().saving : t().save}
          </button>
        </footer>
      </form>
    </Modal>
  );
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

const blank = (day: Day): Draft => ({
  name: "",
  type: "single",
  day,
  time: "18:00",
  address: "",
  description: "",
  icon: "star.svg",
  isOpen: false,
});

const draftOf = (event: CalendarEvent): Draft => ({
  ...fromWallClock(event.datetime),
  name: event.name,
  type: event.type,
  address: event.address,
  description: event.description,
  icon: fileOf(event.icon),
  isOpen: event.is_private === "false",
});

const asEvent = (draft: Draft): NewEvent => ({
  type: draft.type,
  name: draft.name.trim(),
  is_private: draft.isOpen ? "false" : "true",
  datetime: toWallClock(draft.day, draft.time),
  address: draft.address.trim(),
  icon: draft.icon,
  description: draft.description,
});

function differences<T extends object>(before: T, after: T): Partial<T> {
  const changed = Object.entries(after).filter(([field, value]) => before[field as keyof T] !== value);
  return Object.fromEntries(changed) as Partial<T>;
}

function faults(draft: Draft): Errors {
  const missing: Errors = {};
  if (!draft.name.trim()) missing.name = t().fillIn(t().name);
  if (!draft.day) missing.day = t().fillIn(t().date);
  if (!draft.time) missing.time = t().fillIn(t().time);
  if (!draft.address.trim()) missing.address = t().fillIn(t().address);
  return missing;
}

/** A problem that names fields of ours is said at them, any other above the form. */
function asErrors(error: unknown): Errors {
  const { name, datetime, address, description } = fieldErrors(error);
  const found = Object.entries({ name, day: datetime, address, description }).filter(([, message]) => message);
  return found.length ? Object.fromEntries(found) : { form: errorText(error) };
}
