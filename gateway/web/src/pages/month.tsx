import { computed } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { DayPicker, type DayProps } from "react-day-picker";
import { EventCard, wayTo } from "../components/event-card.tsx";
import { EventIcon, hueOf } from "../components/event-icon.tsx";
import { Icon } from "../components/icon.tsx";
import { Empty, Loading } from "../components/states.tsx";
import { type Day, dayOf, FIRST_DAY, LAST_DAY, localDate, monthOf, today, weekOf } from "../dates.ts";
import { inWords, t } from "../i18n/index.ts";
import { go, to } from "../route.ts";
import { birthdaysOn } from "../store/state.ts";
import { days, planned, state } from "../store/store.ts";
import { timeIn } from "../time/clock.ts";
import { type Bar, barsOf } from "../time/layout.ts";
import type { Placed } from "../time/place.ts";

/** The month, and what is planned on one of its days. */
export function Month({ day }: { day: Day }) {
  return (
    <div class="calendar-layout">
      <MonthGrid day={day} />
      <DayList day={day} />
    </div>
  );
}

function MonthGrid({ day }: { day: Day }) {
  const words = inWords();
  const selected = useMemo(() => localDate(day), [day]);
  const formatters = useMemo(
    () => ({
      // It is shown as it is returned, whatever the types say: the mark of today goes around the number.
      formatDay: (date: Date) => (<span class="day-number">{date.getDate()}</span>) as unknown as string,
      formatWeekdayName: (date: Date) => words.weekday(dayOf(date), "short"),
      formatCaption: (date: Date) => words.month(monthOf(dayOf(date))),
    }),
    [words],
  );
  const labels = useMemo(
    () => ({
      labelGrid: (date: Date) => words.month(monthOf(dayOf(date))),
      labelWeekday: (date: Date) => words.weekday(dayOf(date), "long"),
      labelDayButton: (date: Date) => {
        const count = (days.value.get(dayOf(date)) ?? []).length;
        return count ? `${words.fullDay(dayOf(date))}, ${t().events(count)}` : words.fullDay(dayOf(date));
      },
    }),
    [words],
  );
  const isLeaving = useRef(false);
  const choose = (date: Date) => chooseDay(dayOf(date));
  return (
    <DayPicker
      mode="single"
      required
      fixedWeeks={false}
      startMonth={FIRST_MONTH}
      endMonth={LAST_MONTH}
      // Behind the last day there is none, nor before the first.
      showOutsideDays={![FIRST_DAY, LAST_DAY].map(monthOf).includes(monthOf(day))}
      hideNavigation
      month={selected}
      selected={selected}
      onSelect={choose}
      // The keys lead out of the month: the day that gets the focus there is chosen, too.
      onMonthChange={(first) => {
        isLeaving.current = true;
        choose(first);
      }}
      onDayFocus={(date) => {
        if (isLeaving.current) choose(date);
        isLeaving.current = false;
      }}
      weekStartsOn={words.weekStart}
      formatters={formatters}
      labels={labels}
      components={COMPONENTS}
    />
  );
}

const [FIRST_MONTH, LAST_MONTH] = [FIRST_DAY, LAST_DAY].map(localDate) as [Date, Date];

const chooseDay = (day: Day) => go(to.calendar(day), { replace: true });

/** The bars of each week, by its first day, worked out when it is first shown. */
const weeks = computed(() => ({ planned: planned.value, weekStart: inWords().weekStart, bars: new Map<Day, Bar[]>() }));

function barsAround(day: Day): { week: Day[]; bars: Bar[] } {
  const { planned, weekStart, bars } = weeks.value;
  const week = weekOf(day, weekStart);
  const known = bars.get(week[0]!) ?? barsOf(week, planned);
  bars.set(week[0]!, known);
  return { week, bars: known };
}

/** A day of the grid: the calendar's own button, and what is planned. */
function DayCell({ day, modifiers, children, ...cell }: DayProps) {
  if (modifiers.hidden) return <td {...(cell as object)} />;
  return (
    <PlannedCell day={dayOf(day.date)} cell={cell}>
      {children}
    </PlannedCell>
  );
}

function PlannedCell({ day: iso, cell, children }: { day: Day; cell: object; children: ComponentChildren }) {
  const all = days.value.get(iso) ?? [];
  const birthdays = birthdaysOn(state.value, iso).length;
  const choose = (click: MouseEvent) => {
    if (!(click.target as Element).closest("a, button")) chooseDay(iso);
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys choose the day by its button
    <td {...cell} onClick={choose}>
      {children}
      {birthdays > 0 && (
        <span class="cell-birthday" aria-hidden="true">
          <Icon name="cake" />
        </span>
      )}
      <Bars day={iso} />
      <Chips day={iso} placed={all.filter(({ isLong, firstDay }) => !isLong && firstDay === iso)} />
      {all.length > 0 && (
        <span class="cell-count" aria-hidden="true">
          {all.length}
        </span>
      )}
    </td>
  );
}

const COMPONENTS = { Day: DayCell as never };

/** The bars that begin in a cell, or that the week begins with; and room for those that lie across it. */
function Bars({ day }: { day: Day }) {
  const { week, bars } = barsAround(day);
  const index = week.indexOf(day);
  const across = bars.filter(({ from, days }) => from <= index && index < from + days);
  if (!across.length) return null;
  const lanes = Math.max(...across.map(({ lane }) => lane)) + 1;
  const begun = across.filter(({ from }) => from === index);
  if (!begun.length) return <div class="bars" style={{ "--lanes": lanes }} />;
  return (
    <ul class="bars" style={{ "--lanes": lanes }}>
      {begun.map((bar) => (
        <BarPiece bar={bar} key={bar.placed.key} />
      ))}
    </ul>
  );
}

function BarPiece({ bar: { placed, days, lane, isBegun, isUnended } }: { bar: Bar }) {
  const { event } = placed;
  return (
    <li class="bar" style={{ "--lane": lane, "--days": days }}>
      <a
        class={`chip${isBegun ? " is-begun" : ""}${isUnended ? " is-unended" : ""}`}
        href={wayTo(placed)}
        tabIndex={-1}
        style={{ "--hue": hueOf(event.icon) }}
      >
        <EventIcon icon={event.icon} size="is-small" />
        <span class="chip-name">{event.name}</span>
      </a>
    </li>
  );
}

/** More than a cell has room for is scrolled. */
const CHIPS = 3;

function Chips({ day, placed }: { day: Day; placed: readonly Placed[] }) {
  if (!placed.length) return null;
  const isBusy = placed.length > CHIPS;
  return (
    <ul
      class={isBusy ? "chips is-busy" : "chips"}
      tabIndex={isBusy ? 0 : undefined}
      aria-label={isBusy ? t().dayList(inWords().day(day)) : undefined}
    >
      {placed.map((one) => (
        <Chip placed={one} key={one.key} />
      ))}
    </ul>
  );
}

function Chip({ placed }: { placed: Placed }) {
  const { event, start } = placed;
  return (
    <li>
      {/* The keyboard gets to events by the list of the day. */}
      <a class="chip" href={wayTo(placed)} tabIndex={-1} style={{ "--hue": hueOf(event.icon) }}>
        <EventIcon icon={event.icon} size="is-small" />
        <span class="chip-name">
          <time>{inWords().time(timeIn(start))}</time> {event.name}
        </span>
      </a>
    </li>
  );
}

const isReading = (day: Day) => !state.value.months.has(monthOf(day));

function DayList({ day }: { day: Day }) {
  const events = days.value.get(day) ?? [];
  const birthdays = birthdaysOn(state.value, day);
  const heading = useMemo(() => computed(() => inWords().day(day)), [day]).value;
  return (
    <section class="day-list" aria-label={t().dayList(heading)}>
      <h2>
        {heading}
        {day === today() && <span class="today-mark">{t().today}</span>}
      </h2>
      {birthdays.map((friend) => (
        <p class="birthday" key={friend.id}>
          <Icon name="cake" />
          {t().birthdayOf(friend.name)}
        </p>
      ))}
      {isReading(day) ? (
        <Loading />
      ) : events.length === 0 ? (
        <Empty symbol="calendar" title={t().nothingPlanned} text={t().nothingPlannedText} />
      ) : (
        <ul class="cards">
          {events.map((placed) => (
            <EventCard placed={placed} day={day} key={placed.key} />
          ))}
        </ul>
      )}
    </section>
  );
}
