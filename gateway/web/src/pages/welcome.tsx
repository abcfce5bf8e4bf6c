import { Brand } from "../components/brand.tsx";
import { LanguageChoice } from "../components/choices.tsx";
import { EventIcon } from "../components/event-icon.tsx";
import { Icon } from "../components/icon.tsx";
import { Footer } from "../components/shell.tsx";
import { t } from "../i18n/index.ts";
import { phase } from "../store/store.ts";

/** What somebody sees who is not logged in. */
export function Welcome() {
  const back = `/${location.hash}`;
  return (
    <div class="welcome">
      <header class="welcome-head">
        <Brand />
        <LanguageChoice />
      </header>
      <main class="welcome-main">
        <section class="hero">
          <div class="hero-words">
            {phase.value === "ready" && (
              <p class="note" role="status">
                {t().sessionEnded}
              </p>
            )}
            <h1>{t().tagline}</h1>
            <p class="lead">{t().pitch}</p>
            <a class="button is-filled is-large" href={`/login?next=${encodeURIComponent(back)}`}>
              {t().logIn}
            </a>
          </div>
          <Sketch />
        </section>
        <ul class="features">
          <Feature symbol="calendar" title={t().pitchCalendar} text={t().pitchCalendarText} />
          <Feature symbol="friends" title={t().pitchTogether} text={t().pitchTogetherText} />
          <Feature symbol="dialogs" title={t().pitchChat} text={t().pitchChatText} />
        </ul>
      </main>
      <Footer />
    </div>
  );
}

function Feature({ symbol, title, text }: { symbol: "calendar" | "friends" | "dialogs"; title: string; text: string }) {
  return (
    <li>
      <Icon name={symbol} />
      <h2>{title}</h2>
      <p>{text}</p>
    </li>
  );
}

const PLANNED: Record<number, string> = {
  3: "coffee.svg",
  8: "gamepad.svg",
  12: "music.svg",
  16: "pizza.svg",
  19: "cake.svg",
};

/** A month as an ornament. */
function Sketch() {
  return (
    <div class="sketch" aria-hidden="true">
      {Array.from({ length: 21 }, (_, day) => (
        <span key={day}>{PLANNED[day] && <EventIcon icon={PLANNED[day]} />}</span>
      ))}
    </div>
  );
}
