// The daemon's HTTP API as one person's client sees it: addresses, credentials, and what the person does.

import type { Answer, InboxOptions, Item } from "../herald-widget";
import type { Batch } from "./book";

/** Why a request brought nothing. `status` is 0 when no answer came. */
export class Failure extends Error {
  constructor(
    readonly status: number,
    /** Seconds the daemon asks to wait. */
    readonly after = 0,
    readonly body: Record<string, unknown> = {},
  ) {
    super(`HTTP ${status}`);
  }
}

const kPatience = 15_000;

export class Door {
  readonly base: string;
  readonly user: string;
  private held: string | null = null;
  private source: InboxOptions["token"];

  constructor(options: InboxOptions) {
    this.base = new URL(options.base ?? "/api/web-chat", document.baseURI).href.replace(/\/+$/, "");
    this.user = options.user;
    this.source = options.token;
  }

  /** The token to use, asked for once; null: the cookie counts. */
  async token(): Promise<string | null> {
    if (this.held === null && this.source)
      this.held = typeof this.source === "string" ? this.source : await this.source();
    return this.held;
  }

  /** The held token was not accepted. False: there is no other one to be had. */
  forgetToken(): boolean {
    this.held = null;
    return typeof this.source === "function";
  }

  /** `what` stands before the user in the path: poll, stream; or after it: mark-read. */
  path(before = "", after = ""): string {
    return `${this.base}/notifications${before}/${encodeURIComponent(this.user)}${after}`;
  }

  socketUrl(cursor: string | null): string {
    return this.base.replace(/^http/, "ws") + "/ws" + query({ cursor });
  }

  /** Throws a Failure for every answer but 2xx and 304. */
  async ask(url: string, how: RequestInit = {}): Promise<Response> {
    const headers = new Headers(how.headers);
    const token = await this.token();
    if (token) headers.set("Authorization", `Bearer ${token}`);
    const answer = await fetch(url, { credentials: "include", cache: "no-store", ...how, headers });
    if (answer.ok || answer.status === 304) return answer;
    const body: unknown = await answer.json().catch(() => ({}));
    throw new Failure(
      answer.status,
      Number(answer.headers.get("Retry-After")) || 0,
      typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {},
    );
  }

  async list(history: boolean, signal?: AbortSignal): Promise<Batch> {
    const answer = await this.ask(this.path() + (history ? "?history=1" : ""), signal ? { signal } : {});
    return (await answer.json()) as Batch;
  }

  async earlier(): Promise<Item[]> {
    return (await this.list(true)).notifications;
  }

  /** Once more with a new token when the old one has expired. */
  async post(what: string, body?: object): Promise<Record<string, unknown>> {
    const how: RequestInit = { method: "POST", signal: AbortSignal.timeout(kPatience) };
    if (body) {
      how.body = JSON.stringify(body);
      how.headers = { "Content-Type": "application/json" };
    }
    const url = this.path("", `/${what}`);
    const answer = await this.ask(url, how).catch((why: unknown) => {
      if (!(why instanceof Failure) || why.status !== 401 || !this.forgetToken()) throw why;
      return this.ask(url, how);
    });
    return (await answer.json()) as Record<string, unknown>;
  }

  async answer(body: object): Promise<Answer> {
    try {
      return { verdict: "won", ...(await this.post("answer", body)) } as unknown as Answer;
    } catch (why) {
      const said = why instanceof Failure ? why.body : {};
      return { message: "", verdict: "failed", ...said } as unknown as Answer;
    }
  }
}

/** "?a=b", without what is null; "" when nothing is left. */
export function query(values: Record<string, string | null>): string {
  const out = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== null) out.set(name, value);
  const text = out.toString();
  return text && `?${text}`;
}
