import { computed } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { DayPicker, type DayProps } from "react-day-picker";
import type { CalendarEvent } from "../api/types.ts";
import { EventIcon, hueOf } from "../components/event-icon.tsx";
import { Icon } from "../components/icon.tsx";
import { Heading } from "../components/page.tsx";
import { Empty, Loading } from "../components/states.tsx";
import { notifyError } from "../components/toasts.tsx";
import { type Day, dayOf, firstOf, fromWallClock, localDate, monthOf, shiftMonth, today } from "../dates.ts";
import { inWords, t } from "../i18n/index.ts";
import { go, to } from "../route.ts";
import { birthdaysOn } from "../store/state.ts";
import { days, readMonth, state } from "../store/store.ts";
import { EventForm } from "./event-form.tsx";

const CHIPS = 3;
const CHIPS_ON_A_PHONE = 2;

/** The month, and what is planned on one of its days. */
export function Calendar({ day, isNew }: { day: Day; isNew: boolean }) {
  const month = monthOf(day);
  useEffect(() => {
    // The neighbours, too: their days stand at the edges, and one of them is where one goes next.
    for (const by of [0, 1, -1]) {
      const near = shiftMonth(month, by);
      if (!state.value.months.has(near)) void readMonth(near).catch(by === 0 ? notifyError : () => undefined);
    }
  }, [month]);

  const turn = (by: number) => {
    const next = shiftMonth(month, by);
    go(to.calendar(next === monthOf(today()) ? today() : firstOf(next)));
  };

  return (
    <div class="page calendar-page">
      <div class="page-head">
        <Heading title={inWords().month(month)}>
          {inWords().monthName(month)} <span class="year">{month.slice(0, 4)}</span>
        </Heading>
        <div class="month-turn">
          <button type="button" class="button is-square" aria-label={t().previousMonth} onClick={() => turn(-1)}>
            <Icon name="previous" />
          </button>
          <button type="button" class="button" onClick={() => go(to.calendar(today()))}>
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
      <div class="calendar-layout">
        <MonthGrid day={day} />
        <DayList day={day} />
      </div>
      {isNew && <EventForm day={day} onClose={() => go(to.calendar(day), { replace: true })} />}
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
      showOutsideDays
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

const chooseDay = (day: Day) => go(to.calendar(day), { replace: true });

/** A day of the grid: the calendar's own button, and what is planned. */
function DayCell({ day, modifiers: _, children, ...cell }: DayProps) {
  const iso = dayOf(day.date);
  const events = days.value.get(iso) ?? [];
  const birthdays = birthdaysOn(state.value, iso).length;
  const choose = (click: MouseEvent) => {
    if (!(click.target as Element).closest("a, button")) chooseDay(iso);
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys choose the day by its button
    <td {...(cell as object)} onClick={choose}>
      {children}
      {(events.length > 0 || birthdays > 0) && (
        <ul class="chips">
          {birthdays > 0 && (
            <li class="chip-birthday" aria-hidden="true">
              <Icon name="cake" />
            </li>
          )}
          {events.slice(0, events.length > CHIPS ? CHIPS - 1 : CHIPS).map((event) => (
            <Chip event={event} key={event.id} />
          ))}
          {events.length > CHIPS && <li class="chip-more">{t().more(events.length - CHIPS + 1)}</li>}
          {events.length > CHIPS_ON_A_PHONE && (
            <li class="chip-count" aria-hidden="true">
              +{events.length - 1}
            </li>
          )}
        </ul>
      )}
    </td>
  );
}

const COMPONENTS = { Day: DayCell as never };

function Chip({ event }: { event: CalendarEvent }) {
  return (
    <li>
      {/* The keyboard gets to events by the list of the day. */}
      <a class="chip" href={to.event(event.id)} tabIndex={-1} style={{ "--hue": hueOf(event.icon) }}>
        <EventIcon icon={event.icon} size="is-small" />
        <span class="chip-name">{event.name}</span>
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
          {events.map((event) => (
            <Card event={event} key={event.id} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Card({ event }: { event: CalendarEvent }) {
  return (
    <li>
      <a class="card event-card" href={to.event(event.id)} style={{ "--hue": hueOf(event.icon) }}>
        <EventIcon icon={event.icon} />
        <span class="event-card-words">
          <strong>{event.name}</strong>
          <span class="quiet">
            <time>{inWords().time(fromWallClock(event.datetime).time)}</time> · {event.address}
          </span>
        </span>
        {event.type === "group" && <Icon name="friends" />}
      </a>
    </li>
  );
}
