import type { CalendarEvent } from "../api/types.ts";

/** The pictures that people plan with, and the hue that each gives to its events. */
export const EVENT_ICONS = {
  "star.svg": 85,
  "coffee.svg": 55,
  "pizza.svg": 35,
  "burger.svg": 45,
  "coctail.svg": 340,
  "doughnut.svg": 355,
  "cake.svg": 10,
  "present.svg": 320,
  "heart.svg": 5,
  "music.svg": 290,
  "film.svg": 265,
  "gamepad.svg": 275,
  "book.svg": 175,
  "glasses.svg": 215,
  "bike.svg": 145,
  "plane.svg": 235,
  "cart.svg": 120,
  "pin.svg": 25,
  "bell.svg": 250,
} as const;

const OTHER_HUE = 250;

export const fileOf = (icon: string): string => icon.slice(icon.lastIndexOf("/") + 1);

export const hueOf = (icon: string): number => (EVENT_ICONS as Record<string, number>)[fileOf(icon)] ?? OTHER_HUE;

/** The picture of an event. It says nothing that the event's name does not. */
export function EventIcon({ icon, size = "" }: { icon: string; size?: "" | "is-small" | "is-large" }) {
  return (
    <span class={`event-icon ${size}`} style={{ "--hue": hueOf(icon) }}>
      <img src={`/load_icon/${encodeURIComponent(fileOf(icon))}`} alt="" width="20" height="20" />
    </span>
  );
}

export const nameOfIcon = (file: string): string => file.replace(".svg", "");

export const iconOf = (event: CalendarEvent): string => fileOf(event.icon);
