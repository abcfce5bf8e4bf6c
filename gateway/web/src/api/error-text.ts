/** What a failure means, in the person's words. */

import { t } from "../i18n/index.ts";
import { Problem, Unreachable } from "./http.ts";

export function errorText(error: unknown): string {
  if (error instanceof Unreachable) return t().offline;
  if (!(error instanceof Problem)) return t().wentWrong;
  if (error.status === 403) return t().forbidden;
  if (error.status === 404) return t().gone;
  if (error.status === 503 || error.status === 429) return t().unavailable;
  return error.status < 500 && error.message ? error.message : t().wentWrong;
}

/** What is wrong with each field, by its name in the API. */
export function fieldErrors(error: unknown): Record<string, string> {
  if (!(error instanceof Problem)) return {};
  return Object.fromEntries(error.errors.map(({ field, message }) => [field, message || t().checkField]));
}
