import { ICONS } from "./icons.ts";

/** A symbol beside words that say the same, so nothing to a screen reader. */
export function Icon({ name }: { name: keyof typeof ICONS }) {
  return (
    <svg
      class="symbol"
      viewBox="0 0 24 24"
      aria-hidden="true"
      focusable="false"
      dangerouslySetInnerHTML={{ __html: ICONS[name] }}
    />
  );
}
