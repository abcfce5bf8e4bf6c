import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { connection } from "../live/stream.ts";
import { route, to } from "../route.ts";
import { isUnread } from "../store/read-marks.ts";
import { state } from "../store/store.ts";
import { Avatar } from "./avatar.tsx";
import { Brand } from "./brand.tsx";
import { LanguageChoice } from "./choices.tsx";
import { Icon } from "./icon.tsx";
import type { ICONS } from "./icons.ts";
import { notify } from "./toasts.tsx";

/** What is around every page: the way to the others, and whether we are connected. */
export function Shell({ children }: { children: ComponentChildren }) {
  const main = useRef<HTMLElement>(null);
  return (
    <div class="shell">
      <button type="button" class="skip" onClick={() => main.current!.focus()}>
        {t().skip}
      </button>
      <header class="side">
        <Brand />
        <Navigation />
        <div class="side-end">
          <Account />
          <LanguageChoice />
          <a class="button is-quiet" href="/logout">
            <Icon name="leave" />
            {t().logOut}
          </a>
        </div>
      </header>
      <main id="main" class="main" ref={main} tabIndex={-1}>
        <Connection />
        {children}
      </main>
      <Footer />
    </div>
  );
}

function Account() {
  const { me } = state.value;
  return (
    <div class="account">
      <Avatar name={me.name} picture={me.profile_pic} />
      <p>
        <strong>{me.name}</strong>
        <small>{me.email}</small>
      </p>
    </div>
  );
}

function Navigation() {
  const { page } = route.value;
  const waiting = Object.keys(state.value.invites).length;
  const unread = Object.values(state.value.chats).filter(isUnread).length;
  const isHere = (...pages: string[]) => pages.includes(page);
  return (
    <nav class="navigation" aria-label={t().mainMenu}>
      <ul>
        <Way to={to.calendar()} symbol="calendar" label={t().calendar} isHere={isHere("calendar", "new", "event")} />
        <Way
          to={to.dialogs()}
          symbol="dialogs"
          label={t().dialogs}
          isHere={isHere("dialogs")}
          count={unread}
          says={t().unread(unread)}
        />
        <Way to={to.friends()} symbol="friends" label={t().friends} isHere={isHere("friends")} />
        <Way
          to={to.invitations()}
          symbol="invitations"
          label={t().invitations}
          isHere={isHere("invitations")}
          count={waiting}
          says={t().waiting(waiting)}
        />
        <Way to={to.profile()} symbol="profile" label={t().profile} isHere={isHere("profile")} />
      </ul>
    </nav>
  );
}

interface WayProps {
  to: string;
  symbol: keyof typeof ICONS;
  label: string;
  isHere: boolean;
  count?: number;
  /** What the count says to who does not see it. */
  says?: string;
}

function Way({ to, symbol, label, isHere, count = 0, says }: WayProps) {
  return (
    <li>
      <a href={to} aria-current={isHere ? "page" : undefined}>
        <Icon name={symbol} />
        <span>{label}</span>
        {count > 0 && (
          <span class="badge">
            <span aria-hidden="true">{count}</span>
            <span class="visually-hidden">{says}</span>
          </span>
        )}
      </a>
    </li>
  );
}

/** Says that the connection is lost for as long as it is, and once that it is back. */
function Connection() {
  const wasLost = useSignal(false);
  const isLost = connection.value === "lost";
  useEffect(() => {
    if (isLost) wasLost.value = true;
    else if (wasLost.value && connection.value === "live") {
      wasLost.value = false;
      notify(t().healed);
    }
  }, [isLost]);
  return (
    <div role="status" class={isLost ? "connection is-lost" : "connection"}>
      {isLost && (
        <p>
          <Icon name="lost" />
          {t().lost}
        </p>
      )}
    </div>
  );
}

export function Footer() {
  return (
    <footer class="footer">
      <a href="/docs">{t().api}</a>
      <a href="/openapi.json">{t().openapi}</a>
    </footer>
  );
}
