/** What a person has chosen on this device. */

import { effect, type Signal, signal } from "@preact/signals";

/** A choice that is remembered. A browser that keeps nothing forgets it with the page, and that is all. */
export function remembered<T extends string>(name: string, allowed: readonly T[], otherwise: T): Signal<T> {
  const known = allowed.find((value) => value === stored(name));
  const choice = signal<T>(known ?? otherwise);
  effect(() => {
    const value = choice.value;
    if (value !== (known ?? otherwise) || stored(name)) keep(name, value);
  });
  return choice;
}

export function stored(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

export function keep(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    // Private windows may refuse.
  }
}

export const THEMES = ["auto", "light", "dark"] as const;
export const theme = remembered("theme", THEMES, "auto");

export const VIEWS = ["month", "week", "day", "agenda"] as const;
export type View = (typeof VIEWS)[number];
/** How the calendar was looked at last. */
export const lastView = remembered("view", VIEWS, "month");

/** Whether single letters do something: who speaks to the machine may not want that (WCAG 2.1.4). */
export const shortcuts = remembered("shortcuts", ["on", "off"], "on");

effect(() => {
  const root = globalThis.document?.documentElement;
  if (root) root.dataset.theme = theme.value;
});
