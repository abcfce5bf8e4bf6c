import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Day } from "../dates.ts";
import { MINUTES_OF_DAY } from "../time/clock.ts";
import { drawnSpan, movedSpan, type Point, type Span, stretchedSpan } from "../time/drag.ts";
import type { Placed } from "../time/place.ts";

/** Less than this is a click with a trembling hand. */
const LEAST_PIXELS = 5;
/** So near to the edge of what scrolls the hours come along, by so much. */
const EDGE_PIXELS = 28;
const SCROLL_PIXELS = 12;

/** What is dragged: an event, or (`placed` is null) the times of a new one. */
export interface Dragged {
  placed: Placed | null;
  span: Span;
}

interface Taken {
  placed: Placed | null;
  isStretched: boolean;
  from: Point;
  x: number;
  y: number;
}

/**
 * Drag over the columns of days by a mouse or a pen; a finger scrolls. `onDrop` returns when what was dropped is done.
 *
 * What is dragged is shown where it is dragged to until then. Escape puts it back.
 */
export function useDrag(days: readonly Day[], onDrop: (dropped: Dragged) => Promise<void>) {
  const grid = useRef<HTMLDivElement>(null);
  const columns = useRef<HTMLDivElement>(null);
  const taken = useRef<Taken | null>(null);
  const wasDragged = useRef(false);
  const [dragged, setDragged] = useState<Dragged | null>(null);

  const pointAt = ({ clientX, clientY }: PointerEvent): Point => {
    const { left, top, width, height } = columns.current!.getBoundingClientRect();
    const index = Math.floor(((clientX - left) / width) * days.length);
    const minute = ((clientY - top) / height) * MINUTES_OF_DAY;
    return {
      day: days[Math.min(Math.max(index, 0), days.length - 1)]!,
      minute: Math.min(Math.max(minute, 0), MINUTES_OF_DAY),
    };
  };

  const putBack = () => {
    taken.current = null;
    setDragged(null);
  };

  const onPointerDown = (event: PointerEvent, placed: Placed | null, isStretched = false) => {
    wasDragged.current = false;
    if (event.button !== 0 || event.pointerType === "touch") return;
    event.stopPropagation();
    taken.current = { placed, isStretched, from: pointAt(event), x: event.clientX, y: event.clientY };
  };

  const onPointerMove = (event: PointerEvent) => {
    const { current } = taken;
    if (!current) return;
    if (!(event.buttons & 1)) return putBack(); // let go where nobody heard it
    if (!wasDragged.current && Math.hypot(event.clientX - current.x, event.clientY - current.y) < LEAST_PIXELS) return;
    if (!wasDragged.current) grid.current!.setPointerCapture(event.pointerId);
    wasDragged.current = true;
    if (!current.placed?.isLong) scrollAlong(grid.current!, event.clientY);
    setDragged({ placed: current.placed, span: spanOf(current, pointAt(event)) });
  };

  const onPointerUp = () => {
    const isDropped = taken.current && dragged;
    taken.current = null;
    if (isDropped) void onDrop(dragged).finally(() => setDragged(null));
  };

  /** A drag ends with a click that is none. */
  const onClickCapture = (event: MouseEvent) => {
    if (!wasDragged.current) return;
    wasDragged.current = false;
    event.preventDefault();
    event.stopPropagation();
  };

  useLayoutEffect(() => {
    if (!dragged) return;
    const onKeyDown = (event: KeyboardEvent) => event.key === "Escape" && taken.current && putBack();
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [dragged]);

  const listeners = { onPointerMove, onPointerUp, onPointerCancel: putBack, onClickCapture };
  return { grid, columns, dragged, onPointerDown, listeners, pointAt };
}

function spanOf({ placed, isStretched, from }: Taken, to: Point): Span {
  if (!placed) return drawnSpan(from, to);
  return isStretched ? stretchedSpan(placed, to) : movedSpan(placed, from, to);
}

function scrollAlong(grid: HTMLElement, y: number): void {
  const { top, bottom } = grid.getBoundingClientRect();
  const head = grid.querySelector(".time-grid-head")!.getBoundingClientRect().height;
  if (y < top + head + EDGE_PIXELS) grid.scrollTop -= SCROLL_PIXELS;
  else if (y > bottom - EDGE_PIXELS) grid.scrollTop += SCROLL_PIXELS;
}
