import { useEffect } from "preact/hooks";
import type { Id } from "../../api/types.ts";
import { Icon } from "../../components/icon.tsx";
import { isDay, monthOf, today } from "../../dates.ts";
import { t } from "../../i18n/index.ts";
import { timesOn } from "../../i18n/when.ts";
import { planned, readMonth, state } from "../../store/store.ts";
import { dayIn, now } from "../../time/clock.ts";
import { type Draft, faultsOf, spanHere } from "../../time/draft.ts";
import { inTimeOrder, overlap, type Placed } from "../../time/place.ts";

/** Days are typed digit by digit: what is read is that of the last one. */
const PAUSE_MS = 300;
const SHOWN = 3;

/** What somebody may want to know of the time that they have chosen. `id`: of the event that is changed. */
export function Hints({ draft, id }: { draft: Draft; id: Id | undefined }) {
  const { day, time, endDay } = faultsOf(draft);
  if (day || time || endDay || !isDay(draft.day)) return null;
  return (
    <div role="status" class="hints">
      <Past draft={draft} />
      <Overlaps draft={draft} id={id} />
    </div>
  );
}

function Past({ draft }: { draft: Draft }) {
  const isPast = draft.isAllDay ? draft.day < today() : spanHere(draft).start < now();
  if (!isPast) return null;
  return (
    <p class="note is-warning">
      <Icon name="clock" />
      {t().inThePast}
    </p>
  );
}

function Overlaps({ draft, id }: { draft: Draft; id: Id | undefined }) {
  const span = spanHere(draft);
  const month = monthOf(dayIn(span.start));
  const isKnown = state.value.months.has(month);
  useEffect(() => {
    if (isKnown) return;
    const pause = setTimeout(() => void readMonth(month).catch(() => undefined), PAUSE_MS);
    return () => clearTimeout(pause);
  }, [month, isKnown]);

  const found = planned.value.filter((other) => other.event.id !== id && overlap(span, other)).sort(inTimeOrder);
  if (!found.length) return null;
  return (
    <div class="note is-warning">
      <Icon name="alert" />
      <div>
        <p>{t().overlaps(found.length)}</p>
        <ul>
          {found.slice(0, SHOWN).map((placed) => (
            <li key={placed.key}>
              {placed.event.name}, {shortTimes(placed)}
            </li>
          ))}
          {found.length > SHOWN && <li>{t().more(found.length - SHOWN)}</li>}
        </ul>
      </div>
    </div>
  );
}

/** In the midst of a sentence. */
function shortTimes(placed: Placed): string {
  const times = timesOn(placed, placed.firstDay);
  return times === t().allDay ? times.toLocaleLowerCase() : times;
}
