import type { ComponentChildren } from "preact";
import { t } from "../i18n/index.ts";
import { Icon } from "./icon.tsx";
import type { ICONS } from "./icons.ts";

export function Loading() {
  return (
    <div class="loading" role="status">
      <span class="spinner" aria-hidden="true" />
      <span class="visually-hidden">{t().loading}</span>
    </div>
  );
}

interface EmptyProps {
  symbol: keyof typeof ICONS;
  title: string;
  text?: string;
  children?: ComponentChildren;
}

/** What is said where nothing is. */
export function Empty({ symbol, title, text, children }: EmptyProps) {
  return (
    <div class="empty">
      <span class="empty-symbol">
        <Icon name={symbol} />
      </span>
      <p class="empty-title">{title}</p>
      {text && <p class="empty-text">{text}</p>}
      {children}
    </div>
  );
}
