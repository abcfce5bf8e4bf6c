import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** What the window is called. */
export const pageTitle = signal("");

/** Counts pages shown: the first one leaves the focus to the browser. */
let shown = 0;

/** The heading of a page. Coming from another page the focus goes there, so that a screen reader begins to read. */
export function Heading({ title, children }: { title: string; children?: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (shown++) heading.current?.focus({ preventScroll: true });
  }, []);
  useEffect(() => {
    pageTitle.value = title;
  }, [title]);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children ?? title}
    </h1>
  );
}
