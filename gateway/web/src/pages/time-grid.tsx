import { signal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import type { Scope } from "../api/types.ts";
import { wayTo } from "../components/event-card.tsx";
import { EventIcon, hueOf } from "../components/event-icon.tsx";
import { Icon } from "../components/icon.tsx";
import { ScopeQuestion } from "../components/scope-question.tsx";
import { notify, notifyError } from "../components/toasts.tsx";
import { type Day, dayOf, today } from "../dates.ts";
import { inWords, t } from "../i18n/index.ts";
import { elsewhereInWords, timesOn } from "../i18n/when.ts";
import { go, to } from "../route.ts";
import { changeEvent } from "../store/actions.ts";
import { birthdaysOn } from "../store/state.ts";
import { planned, readEvent, state } from "../store/store.ts";
import { MINUTES_OF_DAY, minuteOf, timeIn, zoneHere } from "../time/clock.ts";
import { fitted, scopesOf } from "../time/draft.ts";
import { draggedDrafts, drawnSpan } from "../time/drag.ts";
import { type Bar, type Block, barsOf, blocksOf } from "../time/layout.ts";
import { type Placed, placedAt } from "../time/place.ts";
import { type Dragged, useDrag } from "./use-drag.ts";

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const MORNING = 7.5;
/** Of what is seen of the grid, its head takes so many. */
const HIDDEN_HOURS = 3;
const MINUTE_MS = 60_000;
/** A block that lasts so long has room for a second line. */
const TALL_MINUTES = 50;

const minute = signal(Date.now());
setInterval(() => {
  minute.value = Date.now();
}, MINUTE_MS);

/** Some days side by side, hour by hour, with what takes whole days above. */
export function TimeGrid({ days }: { days: readonly Day[] }) {
  const [question, setQuestion] = useState<{ scopes: readonly Scope[]; answer: (scope: Scope | null) => void }>();

  /** null: never mind. */
  const ask = (scopes: readonly Scope[]): Promise<Scope | null> =>
    new Promise((answer) => setQuestion({ scopes, answer }));

  const drop = async ({ placed, span }: Dragged) => {
    if (!placed) return go(to.newEvent(span.start.slice(0, 10), outlineOf(span)));
    const { event } = placed;
    const { before, after } = draggedDrafts(event, span, zoneHere());
    const scope = event.occurrence ? await ask(scopesOf(before, after)) : "all";
    setQuestion(undefined);
    if (scope) await moveTo(placed, span, scope).catch(notifyError);
  };

  const { grid, columns, dragged, onPointerDown, listeners, pointAt } = useDrag(days, drop);
  useScrolling(grid, days);
  const all = visible(days, dragged);

  return (
    <div
      class="time-grid"
      style={{ "--days": days.length }}
      ref={grid}
      {...listeners}
      tabIndex={0}
      role="group"
      aria-label={t().hours}
    >
      <div class="time-grid-head">
        {days.map((day) => (
          <ColumnHead day={day} key={day} />
        ))}
      </div>
      <WholeDays days={days} all={all} onTake={onPointerDown} />
      <div class="time-grid-body">
        <div class="hours" aria-hidden="true">
          {HOURS.slice(1).map((hour) => (
            <span key={hour} style={{ top: `${(hour / 24) * 100}%` }}>
              {inWords().hour(hour)}
            </span>
          ))}
        </div>
        <div class="columns" ref={columns} onPointerDown={(event) => onPointerDown(event, null)}>
          {days.map((day) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: with keys one plans by the form
            <section
              class={day === today() ? "column is-today" : "column"}
              aria-label={inWords().fullDay(day)}
              key={day}
              onClick={(click) => {
                if ((click.target as Element).closest("a")) return;
                const point = pointAt(click as unknown as PointerEvent);
                const from = { ...point, minute: Math.floor(point.minute / 30) * 30 };
                go(to.newEvent(day, outlineOf(drawnSpan(from, { day, minute: from.minute + 60 }))));
              }}
            >
              <ul>
                {blocksOf(day, onDay(all, day)).map((block) => (
                  <BlockLink
                    block={block}
                    day={day}
                    isDragged={dragged?.placed?.key === block.placed.key}
                    onTake={onPointerDown}
                    key={block.placed.key}
                  />
                ))}
              </ul>
              {dragged && !dragged.placed && dragged.span.start.startsWith(day) && <Sketch dragged={dragged} />}
              {day === dayOf(new Date(minute.value)) && <NowLine />}
            </section>
          ))}
        </div>
      </div>
      {question && (
        <ScopeQuestion
          scopes={question.scopes}
          onChoose={async (scope) => question.answer(scope)}
          onClose={() => question.answer(null)}
        />
      )}
    </div>
  );
}

async function moveTo({ event }: Placed, span: Dragged["span"], scope: Scope): Promise<void> {
  const { before, after } = draggedDrafts(event, span, zoneHere());
  const series = scope === "all" && event.occurrence ? (await readEvent(event.id)).event : event;
  const changes = fitted(before, after, scope, series);
  if (!Object.keys(changes).length) return;
  await changeEvent(event.id, changes, { occurrence: event.occurrence, scope });
  notify(t().saved);
}

const outlineOf = ({ start, end }: Dragged["span"]) => ({
  from: timeIn(start),
  to: end.slice(0, 10) > start.slice(0, 10) ? "24:00" : timeIn(end),
});

/** What is on these days; what is dragged is where it is dragged to. */
function visible(days: readonly Day[], dragged: Dragged | null): Placed[] {
  const there = planned.value.map((placed) =>
    placed.key === dragged?.placed?.key ? placedAt(placed, dragged.span.start, dragged.span.end) : placed,
  );
  return there.filter(({ firstDay, lastDay }) => firstDay <= days.at(-1)! && lastDay >= days[0]!);
}

const onDay = (all: readonly Placed[], day: Day): Placed[] =>
  all.filter(({ firstDay, lastDay }) => firstDay <= day && lastDay >= day);

/** Begin a little before now; on other days in the morning, unless what is first would not be seen then. */
function useScrolling(grid: RefObject<HTMLDivElement | null>, days: readonly Day[]): void {
  useLayoutEffect(() => {
    const { current } = grid;
    const body = current!.querySelector<HTMLElement>(".time-grid-body")!;
    const seen = (current!.clientHeight / body.clientHeight) * 24 - HIDDEN_HOURS;
    const hour = days.includes(today()) ? new Date().getHours() - 1 : beginning(days, seen);
    current!.scrollTop = (Math.max(hour, 0) / 24) * body.clientHeight;
  }, [days[0]]);
}

/** At which hour to begin so that the first event is among so many that are seen. */
function beginning(days: readonly Day[], seen: number): number {
  const starts = planned.value.filter(({ firstDay, isLong }) => !isLong && days.includes(firstDay));
  const first = Math.min(...starts.map(({ start }) => minuteOf(start) / 60 - 0.5));
  if (!starts.length) return MORNING;
  return Math.max(Math.min(first, MORNING), first - seen);
}

function ColumnHead({ day }: { day: Day }) {
  const birthdays = birthdaysOn(state.value, day);
  return (
    <h2 class={day === today() ? "column-head is-today" : "column-head"}>
      <a href={to.view("day", day)}>
        <span aria-hidden="true">{inWords().weekday(day, "short")}</span>
        <span class="day-number" aria-hidden="true">
          {Number(day.slice(8))}
        </span>
        <span class="visually-hidden">{inWords().fullDay(day)}</span>
      </a>
      {birthdays.map(({ id, name }) => (
        <span class="column-birthday" title={t().birthdayOf(name)} key={id}>
          <Icon name="cake" />
          <span class="visually-hidden">{t().birthdayOf(name)}</span>
        </span>
      ))}
    </h2>
  );
}

type Take = (event: PointerEvent, placed: Placed, isStretched?: boolean) => void;

function WholeDays({ days, all, onTake }: { days: readonly Day[]; all: readonly Placed[]; onTake: Take }) {
  const bars = barsOf(days, all);
  if (!bars.length) return null;
  const lanes = Math.max(...bars.map(({ lane }) => lane)) + 1;
  return (
    <div class="whole-days">
      <ul style={{ "--lanes": lanes, "--columns": days.length }} aria-label={t().allDay}>
        {bars.map((bar) => (
          <WholeDay bar={bar} onTake={onTake} key={bar.placed.key} />
        ))}
      </ul>
    </div>
  );
}

function WholeDay({ bar, onTake }: { bar: Bar; onTake: Take }) {
  const { placed, from, days, lane, isBegun, isUnended } = bar;
  const { event, firstDay } = placed;
  return (
    <li style={{ "--from": from, "--length": days, "--lane": lane }}>
      <a
        class={`chip${isBegun ? " is-begun" : ""}${isUnended ? " is-unended" : ""}`}
        href={wayTo(placed)}
        draggable={false}
        onPointerDown={(pointer) => onTake(pointer, placed)}
        title={timesOn(placed, firstDay)}
        style={{ "--hue": hueOf(event.icon) }}
      >
        <EventIcon icon={event.icon} size="is-small" />
        <span class="chip-name">{event.name}</span>
      </a>
    </li>
  );
}

interface BlockProps {
  block: Block;
  day: Day;
  isDragged: boolean;
  onTake: Take;
}

function BlockLink({ block, day, isDragged, onTake }: BlockProps) {
  const { placed, from, to: until, lane, lanes } = block;
  const { event } = placed;
  const elsewhere = elsewhereInWords(placed);
  const times = `${timesOn(placed, day)}${elsewhere ? ` (${elsewhere})` : ""}`;
  return (
    <li
      class={isDragged ? "block is-dragged" : "block"}
      style={{
        top: `${(from / MINUTES_OF_DAY) * 100}%`,
        height: `${((until - from) / MINUTES_OF_DAY) * 100}%`,
        left: `${(lane / lanes) * 100}%`,
        width: `${100 / lanes}%`,
      }}
    >
      <a
        href={wayTo(placed)}
        class={until - from > TALL_MINUTES ? "is-tall" : undefined}
        draggable={false}
        title={`${event.name}, ${times}`}
        style={{ "--hue": hueOf(event.icon) }}
        onPointerDown={(pointer) => onTake(pointer, placed)}
      >
        <strong>{event.name}</strong> <span>{times}</span>
        {placed.lastDay === day && <span class="stretch" onPointerDown={(pointer) => onTake(pointer, placed, true)} />}
      </a>
    </li>
  );
}

/** The times of something new while they are drawn. */
function Sketch({ dragged: { span } }: { dragged: Dragged }) {
  const { from, to } = outlineOf(span);
  const minutes = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
  return (
    <div
      class="sketch"
      style={{
        top: `${(minutes(from) / MINUTES_OF_DAY) * 100}%`,
        height: `${((minutes(to) - minutes(from)) / MINUTES_OF_DAY) * 100}%`,
      }}
    >
      {inWords().times(from, to.replace("24:00", "00:00"))}
    </div>
  );
}

function NowLine() {
  const now = new Date(minute.value);
  useEffect(() => {
    minute.value = Date.now();
  }, []);
  return (
    <div class="now-line" style={{ top: `${((now.getHours() * 60 + now.getMinutes()) / MINUTES_OF_DAY) * 100}%` }} />
  );
}
