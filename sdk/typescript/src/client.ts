import type { FieldError } from "./types.js";

/** Statuses after which the same request may succeed. */
const TEMPORARY = [429, 500, 502, 503, 504];

export interface Settings {
  /** Milliseconds that an attempt may take; 30,000 by default. */
  timeout?: number;
  /** How often a request is repeated; 2 by default. */
  retries?: number;
  /** Longer pauses, in seconds, are not waited for; 60 by default. */
  longestPause?: number;
}

export interface Options {
  /** Without it each request that needs one gets its own, the same in every attempt. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

export interface Page<T> {
  items: T[];
  /** Null on the last page. */
  next_cursor: string | null;
}

/** A list: `await` gives its first page, `for await` every item of all pages. */
export interface Listing<T> extends PromiseLike<Page<T>>, AsyncIterable<T> {}

interface Request {
  body?: unknown;
  /** Of a body that is not JSON. */
  type?: string;
  query?: Record<string, string | number | boolean | undefined>;
  /** Whether a repeat needs an `Idempotency-Key`. */
  keyed?: boolean;
  options?: Options & { ifMatch?: string };
}

/** Parom refused a request: an RFC 9457 problem. Decide by `type`, e.g. `/problems/validation`. */
export class Problem extends Error {
  override name = "Problem";
  readonly type: string;
  readonly title: string;
  readonly detail: string;
  /** The invalid fields. */
  readonly errors: FieldError[];
  /** Names the request in the server's log. */
  readonly requestId: string | null;
  /** Seconds after which the request may be repeated, if the server says so. */
  readonly retryAfter: number | null;

  constructor(
    readonly status: number,
    headers: Headers,
    body: unknown,
  ) {
    // What stands between here and the server answers without a problem.
    const said = (typeof body === "object" ? body : null) as Partial<Problem> & { request_id?: string } | null;
    const title = said?.title ?? `HTTP ${status}`;
    super(said?.detail ? `${title}: ${said.detail}` : title);
    this.type = said?.type ?? "about:blank";
    this.title = title;
    this.detail = said?.detail ?? "";
    this.errors = said?.errors ?? [];
    this.requestId = said?.request_id ?? headers.get("x-request-id");
    const seconds = headers.get("retry-after");
    this.retryAfter = seconds && /^\d+$/.test(seconds) ? Number(seconds) : null;
  }

  /** Whether the same request may succeed later. */
  get isTemporary(): boolean {
    return TEMPORARY.includes(this.status) || (this.status === 409 && this.retryAfter !== null);
  }
}

/** A path; what stands in it is encoded. */
export function path(texts: TemplateStringsArray, ...segments: string[]): string {
  return String.raw({ raw: texts }, ...segments.map(segment));
}

function segment(id: string): string {
  if (["", ".", ".."].includes(id)) throw new RangeError(`"${id}" is no id in a path`);
  return encodeURIComponent(id);
}

/** Sends requests, and repeats those that failed for a time. */
export class Client {
  readonly #url: string;
  readonly #key: string;
  readonly #settings: Required<Settings>;

  /** @param url the server's address, e.g. `https://parom.example` */
  constructor(url: string, key: string, settings: Settings = {}) {
    this.#url = url.replace(/\/+$/, "");
    this.#key = key;
    this.#settings = { timeout: 30_000, retries: 2, longestPause: 60, ...settings };
  }

  protected async call<T>(method: string, path: string, { body, type, query, keyed, options = {} }: Request): Promise<T> {
    const url = new URL(this.#url + path);
    for (const [name, value] of Object.entries(query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const headers = new Headers({ authorization: `Bearer ${this.#key}` });
    if (body !== undefined) headers.set("content-type", type ?? "application/json");
    const idempotencyKey = options.idempotencyKey ?? (keyed ? crypto.randomUUID() : undefined);
    if (idempotencyKey) headers.set("idempotency-key", idempotencyKey);
    if (options.ifMatch) headers.set("if-match", options.ifMatch);
    const sent = type ? (body as BodyInit) : JSON.stringify(body);
    return this.#repeated(options.signal, async (signal) => {
      const response = await fetch(url, { method, headers, body: sent, signal, redirect: "manual" });
      const text = await response.text();
      const isJson = /^application\/(problem\+)?json/.test(response.headers.get("content-type") ?? "");
      const given: unknown = isJson ? JSON.parse(text) : text;
      if (!response.ok) throw new Problem(response.status, response.headers, given);
      return (given === "" ? undefined : given) as T;
    });
  }

  async #repeated<T>(stop: AbortSignal | undefined, attempt: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { timeout, retries, longestPause } = this.#settings;
    for (let failures = 0; ; failures++) {
      const limit = AbortSignal.timeout(timeout);
      try {
        return await attempt(stop ? AbortSignal.any([limit, stop]) : limit);
      } catch (error) {
        // Anything else is an attempt without an answer.
        const problem = error instanceof Problem ? error : null;
        const pause = problem?.retryAfter ?? 0.5 * 2 ** failures;
        if (stop?.aborted || failures >= retries || pause > longestPause || problem?.isTemporary === false) throw error;
        await new Promise((done) => setTimeout(done, pause * 1000));
      }
    }
  }

  protected list<T>(path: string, query: Request["query"], options?: Options): Listing<T> {
    const page = (cursor?: string) =>
      this.call<Page<T>>("GET", path, { query: cursor ? { ...query, cursor } : query, options });
    return {
      then: (...both) => page().then(...both),
      async *[Symbol.asyncIterator]() {
        for (let one = await page(); ; one = await page(one.next_cursor)) {
          yield* one.items;
          if (one.next_cursor === null) return;
        }
      },
    };
  }
}
