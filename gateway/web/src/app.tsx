/** The whole client: who is there, and which page is shown. */

import { effect } from "@preact/signals";
import { openModals } from "./components/modal.tsx";
import { Heading, pageTitle } from "./components/page.tsx";
import { Shell } from "./components/shell.tsx";
import { Empty, Loading } from "./components/states.tsx";
import { Toasts } from "./components/toasts.tsx";
import { t } from "./i18n/index.ts";
import { Calendar } from "./pages/calendar.tsx";
import { Dialogs } from "./pages/dialogs.tsx";
import { EventPage } from "./pages/event.tsx";
import { Friends } from "./pages/friends.tsx";
import { Invitations } from "./pages/invitations.tsx";
import { Profile } from "./pages/profile.tsx";
import { Welcome } from "./pages/welcome.tsx";
import { route, to } from "./route.ts";
import { session, start, state } from "./store/store.ts";

export function App() {
  const isCovered = openModals.value > 0;
  return (
    <>
      <div class="app" inert={isCovered} aria-hidden={isCovered ? "true" : undefined}>
        <Content />
      </div>
      <Toasts />
    </>
  );
}

function Content() {
  switch (session.value) {
    case "none":
      return <Welcome />;
    case "starting":
      return <Loading />;
    case "failed":
      return <Failed />;
    case "ready":
      return (
        <Shell>
          <Page />
        </Shell>
      );
  }
}

function Page() {
  const where = route.value;
  switch (where.page) {
    case "calendar":
      return <Calendar view={where.view} day={where.day} />;
    case "new":
      return <Calendar view={null} day={where.day} outline={where.outline} isNew />;
    case "event":
      return (
        <EventPage
          key={`${where.id} ${where.occurrence}`}
          id={where.id}
          occurrence={where.occurrence}
          isEdited={where.isEdited}
        />
      );
    case "dialogs":
      return <Dialogs chat={where.chat} />;
    case "friends":
      return <Friends />;
    case "invitations":
      return <Invitations />;
    case "profile":
      return <Profile />;
    case "unknown":
      return <NotFound />;
  }
}

function NotFound() {
  return (
    <div class="page">
      <Heading title={t().notFound} />
      <Empty symbol="search" title={t().notFoundText}>
        <a class="button is-filled" href={to.calendar()}>
          {t().toCalendar}
        </a>
      </Empty>
    </div>
  );
}

function Failed() {
  return (
    <main class="failed">
      <h1 class="visually-hidden">{t().appName}</h1>
      <Empty symbol="lost" title={t().offline}>
        <button type="button" class="button is-filled" onClick={() => void start()}>
          {t().tryAgain}
        </button>
      </Empty>
    </main>
  );
}

effect(() => {
  const waiting = session.value === "ready" ? Object.keys(state.value.invites).length : 0;
  const page = session.value === "ready" ? pageTitle.value : "";
  document.title = `${waiting ? `(${waiting}) ` : ""}${page ? `${page} – ` : ""}${t().appName}`;
});
