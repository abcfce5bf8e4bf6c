import { useEffect, useState } from "preact/hooks";
import { notifyError } from "../components/toasts.tsx";
import { type Day, type Month, monthOf, monthsFrom, shiftMonth } from "../dates.ts";
import { showMonths, state } from "../store/store.ts";

const AGAIN_MS = 5000;

/** Read months, one after the other, when they are looked at, and when they were forgotten; tell whether all are there. */
export function useMonths(months: readonly Month[]): boolean {
  const areKnown = months.every((month) => state.value.months.has(month));
  const [failures, setFailures] = useState(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    void showMonths(months).catch((error: unknown) => {
      notifyError(error);
      timer = setTimeout(() => setFailures(failures + 1), AGAIN_MS);
    });
    return () => clearTimeout(timer);
  }, [months.join(), areKnown, failures]);
  return areKnown;
}

/** A day's month and its neighbours: one of them is where one goes next. */
export const monthsAround = (day: Day): Month[] => [...new Set(monthsFrom(shiftMonth(monthOf(day), -1), 3))];
