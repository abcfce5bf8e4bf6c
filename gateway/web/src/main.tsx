import "@fontsource-variable/onest";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/components.css";
import "./styles/calendar.css";
import "./styles/time-grid.css";
import "./styles/event.css";
import "./styles/event-form.css";
import "./styles/chat.css";
import "./styles/people.css";
import "./styles/welcome.css";
import { render } from "preact";
import { App } from "./app.tsx";
import { start } from "./store/store.ts";

render(<App />, document.getElementById("app")!);
void start();
