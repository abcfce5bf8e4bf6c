/** Short notes at the edge of the screen, read out by screen readers. */

import { signal } from "@preact/signals";
import { errorText } from "../api/error-text.ts";
import { t } from "../i18n/index.ts";
import { Icon } from "./icon.tsx";

const SHOWN_MS = 5000;

interface Toast {
  key: number;
  text: string;
  isError: boolean;
}

const toasts = signal<Toast[]>([]);
let last = 0;

export function notify(text: string, { isError = false } = {}): void {
  const key = ++last;
  toasts.value = [...toasts.value.filter((toast) => toast.text !== text), { key, text, isError }].slice(-3);
  setTimeout(() => dismiss(key), isError ? SHOWN_MS * 2 : SHOWN_MS);
}

export const notifyError = (error: unknown): void => notify(errorText(error), { isError: true });

function dismiss(key: number): void {
  toasts.value = toasts.value.filter((toast) => toast.key !== key);
}

export function Toasts() {
  return (
    <div class="toasts">
      <div role="status" aria-live="polite">
        {toasts.value.filter((toast) => !toast.isError).map(one)}
      </div>
      <div role="alert" aria-live="assertive">
        {toasts.value.filter((toast) => toast.isError).map(one)}
      </div>
    </div>
  );
}

const one = ({ key, text, isError }: Toast) => (
  <div class={isError ? "toast is-error" : "toast"} key={key}>
    <Icon name={isError ? "alert" : "check"} />
    <p>{text}</p>
    <button type="button" class="button is-quiet is-square" aria-label={t().close} onClick={() => dismiss(key)}>
      <Icon name="close" />
    </button>
  </div>
);
