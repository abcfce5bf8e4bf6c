import { useEffect } from "preact/hooks";
import { Icon } from "../components/icon.tsx";
import { Heading } from "../components/page.tsx";
import { notifyError } from "../components/toasts.tsx";
import { type Day, firstOf, type Month as MonthName, monthOf, monthsFrom, shiftMonth, today } from "../dates.ts";
import { inWords, t } from "../i18n/index.ts";
import { lastView, type View } from "../preferences.ts";
import { go, type Outline, to } from "../route.ts";
import { showMonths, state } from "../store/store.ts";
import { EventForm } from "./event-form/event-form.tsx";
import { Month } from "./month.tsx";

interface Props {
  /** null: as it was looked at last. */
  view: View | null;
  day: Day;
  /** Something new is planned, on these times if they are said. */
  isNew?: boolean;
  outline?: Outline | null;
}

/** What is planned: by the month, the week, the day, or as a list. */
export function Calendar({ view: asked, day, isNew = false, outline = null }: Props) {
  const view = asked ?? lastView.value;
  useMonths(monthsOf(day));
  useEffect(() => {
    if (asked) lastView.value = asked;
  }, [asked]);

  return (
    <div class="page calendar-page">
      <Head view={view} day={day} />
      <Month day={day} />
      {isNew && <EventForm day={day} outline={outline} onClose={() => go(to.view(view, day), { replace: true })} />}
    </div>
  );
}

/** The neighbours, too: their days stand at the edges, and one of them is where one goes next. */
const monthsOf = (day: Day): MonthName[] => [...new Set(monthsFrom(shiftMonth(monthOf(day), -1), 3))];

/** Read months when they are looked at, and when they were forgotten. */
function useMonths(months: readonly MonthName[]): void {
  const areKnown = months.every((month) => state.value.months.has(month));
  useEffect(() => {
    void showMonths(months).catch(notifyError);
  }, [months.join(), areKnown]);
}

function Head({ view, day }: { view: View; day: Day }) {
  const month = monthOf(day);
  const turn = (by: number) => {
    const next = shiftMonth(month, by);
    go(to.view(view, next === monthOf(today()) ? today() : firstOf(next)));
  };
  return (
    <div class="page-head">
      <Heading title={inWords().month(month)}>
        {inWords().monthName(month)} <span class="year">{month.slice(0, 4)}</span>
      </Heading>
      <div class="month-turn">
        <button type="button" class="button is-square" aria-label={t().previousMonth} onClick={() => turn(-1)}>
          <Icon name="previous" />
        </button>
        <button type="button" class="button" onClick={() => go(to.view(view, today()))}>
          {t().today}
        </button>
        <button type="button" class="button is-square" aria-label={t().nextMonth} onClick={() => turn(1)}>
          <Icon name="next" />
        </button>
      </div>
      <button type="button" class="button is-filled new-event" onClick={() => go(to.newEvent(day))}>
        <Icon name="plus" />
        <span class="wide-only">{t().newEvent}</span>
      </button>
    </div>
  );
}
