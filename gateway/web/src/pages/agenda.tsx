import { useState } from "preact/hooks";
import { EventCard } from "../components/event-card.tsx";
import { Empty, Loading } from "../components/states.tsx";
import { type Day, firstOf, LAST_DAY, monthOf, monthsFrom, shiftDay, shiftMonth, today } from "../dates.ts";
import { inWords, t } from "../i18n/index.ts";
import { planned } from "../store/store.ts";
import { agendaOf } from "../time/agenda.ts";
import { useMonths } from "./use-months.ts";

const MONTHS_AT_ONCE = 2;
/** A list that never ends is read by nobody. */
const MOST_MONTHS = 12;

/** What takes place from a day on, day by day. */
export function Agenda({ day }: { day: Day }) {
  const [count, setCount] = useState(MONTHS_AT_ONCE);
  const months = [...new Set(monthsFrom(monthOf(day), count))];
  const isThere = useMonths(months);
  const behind = shiftMonth(months.at(-1)!, 1);
  const last = behind > months.at(-1)! ? shiftDay(firstOf(behind), -1) : LAST_DAY;
  const days = agendaOf(planned.value, day, last);
  return (
    <div class="agenda">
      {days.map(({ day, placed }) => (
        <section class="agenda-day" aria-label={t().dayList(inWords().fullDay(day))} key={day}>
          <h2>
            <time datetime={day}>{inWords().day(day)}</time>
            {day === today() && <span class="today-mark">{t().today}</span>}
          </h2>
          <ul class="cards">
            {placed.map((one) => (
              <EventCard placed={one} day={day} key={one.key} />
            ))}
          </ul>
        </section>
      ))}
      {!isThere && <Loading />}
      {isThere && days.length === 0 && (
        <Empty symbol="calendar" title={t().nothingPlanned} text={t().nothingUntil(inWords().fullDate(last))} />
      )}
      {isThere && count < MOST_MONTHS && last < LAST_DAY && (
        <button type="button" class="button" onClick={() => setCount(count + MONTHS_AT_ONCE)}>
          {t().showLater}
        </button>
      )}
    </div>
  );
}
