import { SIGNS } from "./signs.ts";

/** A symbol beside words that say the same, so nothing to a screen reader. */
export function Sign({ name }: { name: keyof typeof SIGNS }) {
  return (
    <svg
      class="symbol"
      viewBox="0 0 24 24"
      aria-hidden="true"
      focusable="false"
      dangerouslySetInnerHTML={{ __html: SIGNS[name] }}
    />
  );
}
