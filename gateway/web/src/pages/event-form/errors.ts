/** What is wrong with what is being planned, in words, by the field where it is said. */

import { errorText, fieldErrors } from "../../api/error-text.ts";
import { t } from "../../i18n/index.ts";
import { type Draft, type Fault, faultsOf } from "../../time/draft.ts";

export type FieldName =
  | "name"
  | "day"
  | "time"
  | "endDay"
  | "zone"
  | "repeats"
  | "interval"
  | "until"
  | "count"
  | "address"
  | "description"
  | "form";

export type Errors = Partial<Record<FieldName, string>>;

/** Which field says what is wrong with one of the API. */
const FIELDS: Record<string, FieldName> = {
  name: "name",
  datetime: "day",
  end_datetime: "endDay",
  all_day: "day",
  time_zone: "zone",
  recurrence: "repeats",
  address: "address",
  description: "description",
};

/** What can be said before anything is sent. */
export function faults(draft: Draft): Errors {
  const found = Object.entries(faultsOf(draft)).map(([field, fault]) => [field, inWords(field, fault)]);
  return { ...(!draft.name.trim() && { name: t().fillIn(t().name) }), ...Object.fromEntries(found) };
}

function inWords(field: string, fault: Fault): string {
  if (fault === "missing")
    return field === "time" ? t().fillIn(t().time) : field === "day" ? t().fillIn(t().date) : t().missing;
  if (fault === "early") return field === "until" ? t().untilEarly : t().endsEarly;
  return { year: t().badYear, long: t().endsLate, number: t().badNumber }[fault];
}

/** A problem that names fields of ours is said at them, any other above the form. */
export function asErrors(error: unknown): Errors {
  const found = Object.entries(fieldErrors(error))
    .filter(([field]) => FIELDS[field])
    .map(([field, message]) => [FIELDS[field], message]);
  return found.length ? Object.fromEntries(found) : { form: errorText(error) };
}
