import type { Day } from "../dates.ts";
import { t } from "../i18n/index.ts";
import { elsewhereInWords, timesOn } from "../i18n/when.ts";
import { to } from "../route.ts";
import type { Placed } from "../time/place.ts";
import { EventIcon, hueOf } from "./event-icon.tsx";
import { Icon } from "./icon.tsx";

export const wayTo = ({ event }: Placed): string => to.event(event.id, event.occurrence);

/** What takes place on a day, in a list of it. */
export function EventCard({ placed, day }: { placed: Placed; day: Day }) {
  const { event } = placed;
  const elsewhere = elsewhereInWords(placed);
  return (
    <li>
      <a class="card event-card" href={wayTo(placed)} style={{ "--hue": hueOf(event.icon) }}>
        <EventIcon icon={event.icon} />
        <span class="event-card-words">
          <strong>{event.name}</strong>
          <span class="quiet">
            <time>{timesOn(placed, day)}</time>
            {elsewhere && ` (${elsewhere})`}
            {event.address && ` · ${event.address}`}
          </span>
        </span>
        {event.occurrence && (
          <span class="card-mark" title={t().repeats}>
            <Icon name="repeat" />
          </span>
        )}
        {event.type === "group" && <Icon name="friends" />}
      </a>
    </li>
  );
}
