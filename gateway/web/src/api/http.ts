/** Requests to the gateway: problems as errors, and repeats that do nothing twice. */

import { signal } from "@preact/signals";

const PATIENCE_MS = 20_000;
const REPEAT_AFTER_MS = [400, 1500, 4000];
const TRY_AGAIN = new Set([429, 503]);
const CODE = /^urn:social-calendar:problem:/;

/** Whether the server has said that nobody is logged in (any more). */
export const isLoggedOut = signal(false);

/** Counts what we have written. */
export const writes = { count: 0 };

export interface FieldError {
  field: string;
  message: string;
}

/** What the gateway answers when it refuses (RFC 9457). */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: FieldError[];

  constructor(status: number, body: { type?: string; detail?: string; errors?: FieldError[] }) {
    super(body.detail ?? "");
    this.status = status;
    this.code = CODE.test(body.type ?? "") ? body.type!.replace(CODE, "") : "";
    this.errors = body.errors ?? [];
  }
}

/** The gateway could not be reached, however often we tried. */
export class Unreachable extends Error {}

export interface Answer<T> {
  /** null when there is no body: an empty list, or a change that has been made. */
  data: T | null;
  headers: Headers;
}

type Query = Record<string, string | number | undefined>;

interface Options {
  query?: Query;
  body?: unknown;
  headers?: Record<string, string>;
}

/**
 * Send a request; a failure of the way is tried again. A write bears one key through all its tries, so that it happens
 * once, whatever got lost.
 */
export async function send<T>(method: string, path: string, options: Options = {}): Promise<Answer<T>> {
  const headers: Record<string, string> = { Accept: "application/json", ...options.headers };
  if (method !== "GET") headers["Idempotency-Key"] = crypto.randomUUID?.() ?? randomKey();
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  const body = options.body === undefined ? undefined : JSON.stringify(options.body);
  const url = path + queryOf(options.query);
  for (let tries = 0; ; tries++) {
    const answer = await attempt(url, { method, headers, body });
    if (method !== "GET") writes.count++;
    const pause = REPEAT_AFTER_MS[tries];
    if (answer && (!TRY_AGAIN.has(answer.status) || pause === undefined)) return read<T>(answer);
    if (pause === undefined) throw new Unreachable();
    await sleep(Math.max(pause, retryAfterMs(answer)));
  }
}

async function attempt(url: string, init: RequestInit): Promise<Response | null> {
  try {
    return await fetch(url, { ...init, signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch {
    return null;
  }
}

async function read<T>(answer: Response): Promise<Answer<T>> {
  const body = answer.status === 204 ? null : await answer.json().catch(() => null);
  if (answer.ok) return { data: body as T | null, headers: answer.headers };
  if (answer.status === 401) isLoggedOut.value = true;
  throw new Problem(answer.status, body ?? {});
}

function queryOf(query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  return given.length ? `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}` : "";
}

function retryAfterMs(answer: Response | null): number {
  return Math.min(Number(answer?.headers.get("Retry-After")) || 0, 10) * 1000;
}

/** A key without `randomUUID`, which browsers have on secure origins only. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
