import { useLayoutEffect, useRef } from "preact/hooks";
import { openModals } from "../components/modal.tsx";
import { shortcuts } from "../preferences.ts";

/** Which letter a key bears; on a keyboard of another script, the Latin one in its place. */
function letterOf({ key, code }: KeyboardEvent): string {
  if (key.length > 1 || /^[a-z]$/i.test(key)) return key.length > 1 ? key : key.toLowerCase();
  return /^Key[A-Z]$/.test(code) ? code.slice(3).toLowerCase() : key;
}

/** Where keys are for something else: for what is typed, and for the days of the month. */
const BUSY = "input, textarea, select, [contenteditable], [role=menu], .rdp-root";

/** Do something when a key is pressed, unless it is for something else or the person does not want that. */
export function useShortcuts(verbs: Record<string, () => void>): void {
  const current = useRef(verbs);
  current.current = verbs;
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.defaultPrevented) return;
      if (openModals.value || shortcuts.value === "off") return;
      const key = letterOf(event);
      const isArrow = key.startsWith("Arrow");
      if ((event.target as Element).closest?.(isArrow ? BUSY : BUSY.replace(", .rdp-root", ""))) return;
      const verb = current.current[key];
      if (!verb) return;
      event.preventDefault();
      verb();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
}
