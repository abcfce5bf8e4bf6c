import { Field } from "../../components/field.tsx";
import { isDay, LAST_DAY, shiftDay, weekdayOf } from "../../dates.ts";
import { inWords, t } from "../../i18n/index.ts";
import { repeatInWords, repeatingOf } from "../../i18n/repeats.ts";
import { type Draft, repeatDay, repeatOf } from "../../time/draft.ts";
import { firstDates, isLastInMonth, MOST, type Period, type Repeat, weekdaysOf } from "../../time/repeat.ts";
import { type Errors, faults } from "./errors.ts";

interface Props {
  /** What it was before it was changed. */
  first: Draft;
  draft: Draft;
  errors: Errors;
  onChange: (change: Partial<Draft>) => void;
}

const PERIODS: Period[] = ["day", "week", "month", "year"];
const SHOWN_DATES = 5;
/** A Monday, to name the days of the week by. */
const MONDAY = "2001-01-01";

/** How often: chosen, said in words, and shown by the next dates. */
export function RepeatFields({ first, draft, errors, onChange }: Props) {
  const isChosen = draft.repeats === "chosen" && isDay(draft.day);
  const set = (change: Partial<Repeat>) => onChange({ repeat: { ...draft.repeat, ...change } });
  const choose = (value: string) => {
    if (value === "never" || value === "other") onChange({ repeats: value });
    else onChange({ repeats: "chosen", repeat: { ...draft.repeat, every: value as Period } });
  };
  return (
    <>
      <Field label={t().repeats} error={errors.repeats}>
        {(control) => (
          <select
            {...control}
            value={draft.repeats === "chosen" ? draft.repeat.every : draft.repeats}
            onChange={({ currentTarget }) => choose(currentTarget.value)}
          >
            <option value="never">{t().never}</option>
            {PERIODS.map((period) => (
              <option value={period} key={period}>
                {t().every[period]}
              </option>
            ))}
            {draft.rule && draft.repeats === "other" && <option value="other">{t().otherwise}</option>}
          </select>
        )}
      </Field>
      {draft.repeats === "other" && <p class="note">{draft.rule}</p>}
      {isChosen && (
        <div class="repeat">
          <Interval draft={draft} errors={errors} onSet={set} />
          {draft.repeat.every === "week" && <Weekdays draft={draft} onSet={set} />}
          {draft.repeat.every === "month" && <OnWhich draft={draft} onSet={set} />}
          <Ends draft={draft} errors={errors} onSet={set} />
          <InWords draft={draft} isCounted={isCounted(first, draft)} />
        </div>
      )}
    </>
  );
}

interface PartProps {
  draft: Draft;
  errors?: Errors;
  onSet: (change: Partial<Repeat>) => void;
}

function Interval({ draft: { repeat }, errors, onSet }: PartProps) {
  return (
    <Field label={t().interval} error={errors?.interval}>
      {(control) => (
        <span class="number">
          <input
            {...control}
            type="number"
            min={1}
            max={MOST}
            value={repeat.interval || ""}
            onInput={({ currentTarget }) => onSet({ interval: Number(currentTarget.value) })}
          />
          <span>{t().units[repeat.every](repeat.interval)}</span>
        </span>
      )}
    </Field>
  );
}

/** The start's own day is one of them as long as it is the start's. */
function Weekdays({ draft, onSet }: PartProps) {
  const own = weekdayOf(repeatDay(draft));
  const chosen = weekdaysOf(draft.repeat, repeatDay(draft));
  const toggle = (day: number) =>
    onSet({
      days: chosen.includes(day) ? draft.repeat.days.filter((one) => one !== day) : [...draft.repeat.days, day],
    });
  const first = (inWords().weekStart + 6) % 7;
  return (
    <fieldset class="weekdays">
      <legend>{t().onDays}</legend>
      <div>
        {Array.from({ length: 7 }, (_, index) => (first + index) % 7).map((day) => (
          <label key={day}>
            <input
              type="checkbox"
              aria-label={inWords().weekday(shiftDay(MONDAY, day), "long")}
              checked={chosen.includes(day)}
              disabled={day === own}
              onChange={() => toggle(day)}
            />
            <span aria-hidden="true">{inWords().weekday(shiftDay(MONDAY, day), "short")}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function OnWhich({ draft, onSet }: PartProps) {
  const day = repeatDay(draft);
  const choices = (["date", "weekday", "last"] as const).filter((by) => by !== "last" || isLastInMonth(day));
  return (
    <Field label={t().onWhich}>
      {(control) => (
        <select
          {...control}
          value={repeatOf(draft).by}
          onChange={({ currentTarget }) => onSet({ by: currentTarget.value as Repeat["by"] })}
        >
          {choices.map((by) => (
            <option value={by} key={by}>
              {t().byMonth(repeatingOf({ ...draft.repeat, by }, day, null))}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function Ends({ draft, errors, onSet }: PartProps) {
  const { ends, until, count } = draft.repeat;
  const names = { never: t().endsNever, until: t().endsUntil, count: t().endsCount };
  return (
    <div class="field-row">
      <Field label={t().ends}>
        {(control) => (
          <select
            {...control}
            value={ends}
            onChange={({ currentTarget }) => onSet({ ends: currentTarget.value as Repeat["ends"] })}
          >
            {Object.entries(names).map(([value, name]) => (
              <option value={value} key={value}>
                {name}
              </option>
            ))}
          </select>
        )}
      </Field>
      {ends === "until" && (
        <Field label={t().untilDate} error={errors?.until}>
          {(control) => (
            <input
              {...control}
              type="date"
              min={repeatDay(draft)}
              max={LAST_DAY}
              value={until}
              onInput={({ currentTarget }) => onSet({ until: currentTarget.value })}
            />
          )}
        </Field>
      )}
      {ends === "count" && (
        <Field label={t().count} error={errors?.count}>
          {(control) => (
            <input
              {...control}
              type="number"
              min={1}
              max={MOST}
              value={count || ""}
              onInput={({ currentTarget }) => onSet({ count: Number(currentTarget.value) })}
            />
          )}
        </Field>
      )}
    </div>
  );
}

/** Whether an occurrence is one of so many: which one it is, and so how many follow, is not known here. */
const isCounted = (first: Draft, { repeat }: Draft): boolean =>
  repeat.ends === "count" && first.repeats === "chosen" && first.shownDay !== "" && repeat === first.repeat;

function InWords({ draft, isCounted }: { draft: Draft; isCounted: boolean }) {
  const { interval, until, count } = faults(draft);
  if (interval || until || count) return null;
  const [repeat, day] = [repeatOf(draft), repeatDay(draft)];
  return (
    <div class="note in-words" aria-live="polite">
      <p>{capital(repeatInWords(repeat, day))}</p>
      {!isCounted && (
        <p>
          {t().nextDates}{" "}
          {firstDates(repeat, day, SHOWN_DATES)
            .map((date) => inWords().birthday(date))
            .join(", ")}
        </p>
      )}
    </div>
  );
}

const capital = (text: string): string => text.charAt(0).toLocaleUpperCase() + text.slice(1);
