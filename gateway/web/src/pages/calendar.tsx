import { useEffect } from "preact/hooks";
import { Icon } from "../components/icon.tsx";
import { Heading } from "../components/page.tsx";
import { Loading } from "../components/states.tsx";
import { type Day, firstOf, monthOf, shiftDay, shiftMonth, today, weekOf } from "../dates.ts";
import { inWords, t } from "../i18n/index.ts";
import { lastView, VIEWS, type View } from "../preferences.ts";
import { go, type Outline, to } from "../route.ts";
import { state } from "../store/store.ts";
import { Agenda } from "./agenda.tsx";
import { EventForm } from "./event-form/event-form.tsx";
import { Month } from "./month.tsx";
import { TimeGrid } from "./time-grid.tsx";
import { monthsAround, useMonths } from "./use-months.ts";
import { useShortcuts } from "./use-shortcuts.ts";

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
  useEffect(() => {
    if (asked) lastView.value = asked;
  }, [asked]);
  const show = (next: View) => () => go(to.view(next, day));
  useShortcuts({
    n: () => go(to.newEvent(day)),
    t: () => go(to.view(view, today())),
    ArrowLeft: () => go(to.view(view, turned(view, day, -1))),
    ArrowRight: () => go(to.view(view, turned(view, day, 1))),
    m: show("month"),
    w: show("week"),
    d: show("day"),
    a: show("agenda"),
  });

  return (
    <div class={`page calendar-page is-${view}`}>
      <Head view={view} day={day} />
      <Shown view={view} day={day} />
      {isNew && <EventForm day={day} outline={outline} onClose={() => go(to.view(view, day), { replace: true })} />}
    </div>
  );
}

function Shown({ view, day }: { view: View; day: Day }) {
  if (view === "agenda") return <Agenda day={day} key={day} />;
  return <Grid view={view} day={day} />;
}

/** A view for which the months around are read. */
function Grid({ view, day }: { view: View; day: Day }) {
  useMonths(monthsAround(day));
  if (view === "month") return <Month day={day} />;
  const days = view === "day" ? [day] : weekOf(day, inWords().weekStart);
  const areKnown = days.every((one) => state.value.months.has(monthOf(one)));
  return (
    <>
      {!areKnown && <Loading />}
      <TimeGrid days={days} />
    </>
  );
}

/** Where one goes next. */
function turned(view: View, day: Day, by: number): Day {
  if (view === "day") return shiftDay(day, by);
  if (view === "week") return shiftDay(day, 7 * by);
  const next = shiftMonth(monthOf(day), by);
  return next === monthOf(today()) ? today() : firstOf(next);
}

function titleOf(view: View, day: Day): string {
  if (view === "day") return inWords().fullDay(day);
  const week = weekOf(day, inWords().weekStart);
  return view === "week" ? inWords().days(week[0]!, week[6]!) : inWords().month(monthOf(day));
}

function Head({ view, day }: { view: View; day: Day }) {
  const names = { month: t().byMonthTurn, week: t().byWeekTurn, day: t().byDayTurn, agenda: t().byMonthTurn }[view];
  const turn = (by: number) => go(to.view(view, turned(view, day, by)));
  return (
    <div class="page-head">
      <Heading title={titleOf(view, day)}>
        {view === "month" ? (
          <>
            {inWords().monthName(monthOf(day))} <span class="year">{day.slice(0, 4)}</span>
          </>
        ) : (
          titleOf(view, day)
        )}
      </Heading>
      <div class="month-turn">
        <button type="button" class="button is-square" aria-label={names.previous} onClick={() => turn(-1)}>
          <Icon name="previous" />
        </button>
        <button type="button" class="button" aria-keyshortcuts="t" onClick={() => go(to.view(view, today()))}>
          {t().today}
        </button>
        <button type="button" class="button is-square" aria-label={names.next} onClick={() => turn(1)}>
          <Icon name="next" />
        </button>
      </div>
      <ViewChoice view={view} day={day} />
      <button
        type="button"
        class="button is-filled new-event"
        aria-keyshortcuts="n"
        onClick={() => go(to.newEvent(day))}
      >
        <Icon name="plus" />
        <span class="wide-only">{t().newEvent}</span>
      </button>
    </div>
  );
}

function ViewChoice({ view, day }: { view: View; day: Day }) {
  return (
    <ul class="views" aria-label={t().view}>
      {VIEWS.map((one) => (
        <li key={one}>
          <a href={to.view(one, day)} aria-current={one === view ? "true" : undefined} aria-keyshortcuts={one[0]}>
            {t().views[one]}
          </a>
        </li>
      ))}
    </ul>
  );
}
