import { useRef, useState } from "preact/hooks";
import { Field } from "../../components/field.tsx";
import { Icon } from "../../components/icon.tsx";
import { FIRST_DAY, LAST_DAY } from "../../dates.ts";
import { t } from "../../i18n/index.ts";
import { zoneInWords } from "../../i18n/when.ts";
import { dayIn, shift, timeIn, zoneHere } from "../../time/clock.ts";
import { type Draft, isComplete, moved, type Start, startOf } from "../../time/draft.ts";
import type { Errors } from "./errors.ts";

interface Props {
  draft: Draft;
  errors: Errors;
  onChange: (change: Partial<Draft>) => void;
}

const NEW_END_MINUTES = 60;

/** When: from, to, whole days or not, and by which clocks. */
export function WhenFields({ draft, errors, onChange }: Props) {
  const { isAllDay, day, time } = draft;
  const known = useRef<Start>({ day, time });
  if (isComplete(draft)) known.current = { day, time };
  return (
    <>
      <label class="switch">
        <input
          type="checkbox"
          checked={isAllDay}
          onChange={({ currentTarget }) => onChange({ isAllDay: currentTarget.checked })}
        />
        <span>{t().allDay}</span>
      </label>
      <div class="field-row">
        <Field label={t().date} error={errors.day}>
          {(control) => (
            <input
              {...control}
              type="date"
              required
              min={FIRST_DAY}
              max={LAST_DAY}
              value={day}
              onInput={({ currentTarget }) => onChange(moved(draft, { day: currentTarget.value }, known.current))}
            />
          )}
        </Field>
        {isAllDay ? (
          <EndDay label={t().lastDay} draft={draft} errors={errors} onChange={onChange} />
        ) : (
          <Field label={t().time} error={errors.time}>
            {(control) => (
              <input
                {...control}
                type="time"
                required
                value={time}
                onInput={({ currentTarget }) => onChange(moved(draft, { time: currentTarget.value }, known.current))}
              />
            )}
          </Field>
        )}
      </div>
      {!isAllDay && <End draft={draft} errors={errors} onChange={onChange} />}
      {!isAllDay && <Zone draft={draft} errors={errors} onChange={onChange} />}
    </>
  );
}

function EndDay({ label, draft, errors, onChange }: Props & { label: string }) {
  return (
    <Field label={label} error={errors.endDay}>
      {(control) => (
        <input
          {...control}
          type="date"
          min={FIRST_DAY}
          max={LAST_DAY}
          value={draft.endDay}
          onInput={({ currentTarget }) => onChange({ endDay: currentTarget.value })}
        />
      )}
    </Field>
  );
}

function End({ draft, errors, onChange }: Props) {
  // A time that is being typed is none for a while.
  const [isTyped, setTyped] = useState(false);
  if (!draft.endTime && !isTyped && !errors.endDay) {
    const add = () => {
      const end = shift(startOf(draft), NEW_END_MINUTES);
      onChange({ endDay: dayIn(end), endTime: timeIn(end) });
    };
    return (
      <button type="button" class="button is-quiet add-end" disabled={!draft.day || !draft.time} onClick={add}>
        <Icon name="plus" />
        {t().addEnd}
      </button>
    );
  }
  return (
    <div class="field-row has-remove">
      <EndDay label={t().endDate} draft={draft} errors={errors} onChange={onChange} />
      <Field label={t().endTime}>
        {(control) => (
          <input
            {...control}
            type="time"
            value={draft.endTime}
            onInput={({ currentTarget }) => {
              setTyped(true);
              onChange({ endTime: currentTarget.value });
            }}
          />
        )}
      </Field>
      <button
        type="button"
        class="button is-quiet is-square"
        aria-label={t().noEnd}
        title={t().noEnd}
        onClick={() => {
          setTyped(false);
          onChange({ endTime: "" });
        }}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}

/** By whose clocks: said in a line, chosen only by those who want another. */
function Zone({ draft, errors, onChange }: Props) {
  const [isOpen, setOpen] = useState(false);
  if (!isOpen && !errors.zone) {
    return (
      <p class="zone">
        <Icon name="open" />
        <span>{draft.zone ? zoneInWords(draft.zone) : t().floating}</span>
        <button type="button" class="button is-quiet" onClick={() => setOpen(true)}>
          {t().changeTimeZone}
        </button>
      </p>
    );
  }
  return (
    <Field label={t().timeZone} error={errors.zone}>
      {(control) => (
        <select
          {...control}
          value={draft.zone ?? ""}
          onChange={({ currentTarget }) => onChange({ zone: currentTarget.value || null })}
        >
          <option value="">{t().floating}</option>
          {zonesWith(draft.zone).map((zone) => (
            <option value={zone} key={zone}>
              {zoneInWords(zone)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** The zones that this browser knows, its own and that of the event among them. */
function zonesWith(zone: string | null): string[] {
  const known = [...Intl.supportedValuesOf("timeZone"), "UTC", zone, zoneHere()];
  return [...new Set(known.filter((one) => one !== null))].sort();
}
