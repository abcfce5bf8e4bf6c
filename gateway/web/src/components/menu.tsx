import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Icon } from "./icon.tsx";
import type { ICONS } from "./icons.ts";

interface Entry {
  label: string;
  symbol: keyof typeof ICONS;
  onChoose: () => void;
}

/** A button that opens a short menu (WAI-ARIA's menu button). */
export function Menu({ label, entries }: { label: string; entries: Entry[] }) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const root = useRef<HTMLDivElement>(null);
  const items = () => Array.from(root.current!.querySelectorAll<HTMLElement>("[role=menuitem]"));

  useLayoutEffect(() => {
    if (!isOpen) return;
    items()[0]?.focus();
    const onOutside = (event: Event) => root.current?.contains(event.target as Node) || setOpen(false);
    document.addEventListener("pointerdown", onOutside);
    return () => document.removeEventListener("pointerdown", onOutside);
  }, [isOpen]);

  const close = () => {
    setOpen(false);
    root.current!.querySelector("button")!.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") close();
    else if (event.key === "Tab") setOpen(false);
    else if (step) {
      const all = items();
      all.at((all.indexOf(document.activeElement as HTMLElement) + step) % all.length)?.focus();
      event.preventDefault();
    }
  };

  return (
    <div class="menu" ref={root}>
      <button
        type="button"
        class="button is-quiet is-square"
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name="more" />
      </button>
      {isOpen && (
        <div class="menu-list" role="menu" id={id} aria-label={label} onKeyDown={onKeyDown}>
          {entries.map((entry) => (
            <button
              type="button"
              role="menuitem"
              tabIndex={-1}
              key={entry.label}
              onClick={() => {
                close();
                entry.onChoose();
              }}
            >
              <Icon name={entry.symbol} />
              {entry.label}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
