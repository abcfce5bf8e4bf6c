/** Where things stand side by side: timed events in the column of a day, bars of several days in a week. */

import { type Day, daysBetween } from "../dates.ts";
import { MINUTES_OF_DAY, minutesBetween, wallClock } from "./clock.ts";
import type { Placed } from "./place.ts";

/** What is shorter is drawn as long as this, so that it can be read and touched. */
export const LEAST_MINUTES = 30;

/** A timed event in a day's column. `from` and `to`: minutes of the day; `lane` of `lanes`: side by side. */
export interface Block {
  placed: Placed;
  from: number;
  to: number;
  lane: number;
  lanes: number;
}

/** Lay out what takes place on a day; what overlaps stands side by side, as wide as its neighbours let it. */
export function blocksOf(day: Day, all: readonly Placed[]): Block[] {
  const blocks = all.filter(({ isLong }) => !isLong).map((placed) => blockOn(day, placed));
  blocks.sort((a, b) => a.from - b.from || b.to - a.to);
  for (const cluster of clustersOf(blocks)) spread(cluster);
  return blocks;
}

function blockOn(day: Day, placed: Placed): Block {
  const midnight = wallClock(day, "00:00");
  const from = Math.min(Math.max(minutesBetween(midnight, placed.start), 0), MINUTES_OF_DAY - LEAST_MINUTES);
  const to = Math.min(minutesBetween(midnight, placed.end), MINUTES_OF_DAY);
  return { placed, from, to: Math.max(to, from + LEAST_MINUTES), lane: 0, lanes: 1 };
}

/** Cut a day, in order, where nothing goes on. */
function clustersOf(blocks: readonly Block[]): Block[][] {
  const clusters: Block[][] = [];
  let end = -1;
  for (const block of blocks) {
    if (block.from >= end) clusters.push([]);
    clusters.at(-1)!.push(block);
    end = Math.max(end, block.to);
  }
  return clusters;
}

/** Give each the first lane that is free by then. */
function spread(cluster: readonly Block[]): void {
  const ends: number[] = [];
  for (const block of cluster) {
    const free = ends.findIndex((end) => end <= block.from);
    block.lane = free < 0 ? ends.length : free;
    ends[block.lane] = block.to;
  }
  for (const block of cluster) block.lanes = ends.length;
}

/** A bar in a row of days. `from`: the index of its first day in the row; `days`: how many of them it takes. */
export interface Bar {
  placed: Placed;
  from: number;
  days: number;
  lane: number;
  /** Whether it has begun before the row, and whether it goes on behind it. */
  isBegun: boolean;
  isUnended: boolean;
}

/** Lay out the bars of some days in a row, each in one lane from its first day to its last. */
export function barsOf(row: readonly Day[], all: readonly Placed[]): Bar[] {
  const [first, last] = [row[0]!, row.at(-1)!];
  const ends: number[] = [];
  return all
    .filter((placed) => placed.isLong && placed.firstDay <= last && placed.lastDay >= first)
    .map((placed) => barIn(first, row.length, placed))
    .sort((a, b) => a.from - b.from || b.days - a.days)
    .map((bar) => {
      const free = ends.findIndex((end) => end <= bar.from);
      const lane = free < 0 ? ends.length : free;
      ends[lane] = bar.from + bar.days;
      return { ...bar, lane };
    });
}

function barIn(first: Day, length: number, placed: Placed): Bar {
  const from = daysBetween(first, placed.firstDay);
  const end = daysBetween(first, placed.lastDay) + 1;
  const days = Math.min(end, length) - Math.max(from, 0);
  return { placed, from: Math.max(from, 0), days, lane: 0, isBegun: from < 0, isUnended: end > length };
}
