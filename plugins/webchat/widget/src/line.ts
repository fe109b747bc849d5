// Keeps one transport running: falls back to the next when one does not get through, goes on from the cursor after a cut,
// waits ever longer while the daemon cannot be reached, and ends when trying again would be of no use.

import type { Status, Transport } from "../herald-widget";
import type { Batch } from "./book";
import { type Door, Failure } from "./door";
import { longPoll, poll } from "./polls";
import { socket } from "./socket";
import { stream } from "./stream";
import { Ended, pause, Watch, type Wire } from "./wire";

export const kTransports: readonly Transport[] = ["websocket", "sse", "long-poll", "poll"];
const kWires: Record<Transport, Wire> = { websocket: socket, sse: stream, "long-poll": longPoll, poll };

const kFirstBatch = 10_000;
const kUnknown = 60_000;
const kShortest = 250;
const kLongest = 30_000;
/** One that is cut so often, each time before it has served so long, does not really get through. */
const kCuts = 3;
const kSettled = 10_000;
/** How long a lesser transport serves before the better ones are tried again. */
const kContent = 5 * 60_000;

export interface LineEnds {
  cursor(): string | null;
  take(batch: Batch): void;
  pace(): number;
  state(status: Status, transport: Transport | null): void;
}

export class Line {
  private rank = 0;
  private failures = 0;
  private proven = new Set<number>();
  private cuts = 0;
  private again = false; // the present transport has been given a second chance
  private renewed = false; // the token was asked for anew and none has been accepted since
  private run: AbortController | null = null;
  private step = new AbortController(); // what goes on now: an attempt or a wait
  private nudged = false;

  constructor(
    private door: Door,
    private ends: LineEnds,
    private transports: readonly Transport[],
  ) {}

  start(): void {
    if (this.run) return this.nudge();
    const run = (this.run = new AbortController());
    this.rank = this.failures = this.cuts = 0;
    this.again = this.renewed = false;
    addEventListener("online", this.nudge, { signal: run.signal });
    addEventListener("offline", this.nudge, { signal: run.signal });
    this.ends.state("connecting", null);
    void this.loop(run);
  }

  stop(): void {
    this.run?.abort();
    this.run = null;
    this.step.abort();
  }

  /** The world may have changed: whatever goes on is given up and tried again now. */
  private nudge = (): void => {
    this.failures = 0;
    this.nudged = true;
    this.step.abort();
  };

  private async loop(run: AbortController): Promise<void> {
    while (!run.signal.aborted) {
      this.nudged = false;
      this.step = new AbortController();
      const [why, lived] = await this.attempt(this.step);
      if (run.signal.aborted) return;
      const wait = this.nudged ? 0 : await this.judge(why, lived);
      if (run.signal.aborted) return;
      if (wait === null) {
        this.run = null;
        return run.abort();
      }
      this.step = new AbortController();
      if (!this.nudged) await pause(wait, this.step.signal).catch(() => undefined);
    }
  }

  /** Why it ended, null when nothing at all came; and for how long it had served, null when it never did. */
  private async attempt(step: AbortController): Promise<[Ended | Failure | null, number | null]> {
    const name = this.transports[this.rank] as Transport;
    const { door, ends } = this;
    const late = new Watch(kFirstBatch, () => step.abort());
    const content = this.rank > 0 ? setTimeout(() => ((this.rank = 0), step.abort()), kContent) : undefined;
    let live: number | null = null;
    const took = (): void => {
      late.end();
      if (live !== null) return;
      live = performance.now();
      this.proven.add(this.rank);
      this.failures = 0;
      this.again = this.renewed = false;
      ends.state("live", name);
    };
    const take = (batch: Batch): void => (ends.take(batch), took());
    try {
      return await kWires[name]({ door, cursor: ends.cursor, take, took, pace: ends.pace, signal: step.signal });
    } catch (why) {
      const lived = live === null ? null : performance.now() - live;
      const plain = why instanceof Failure || (why instanceof Ended && why.reason !== "cut");
      return [plain ? why : null, lived];
    } finally {
      late.end();
      clearTimeout(content);
    }
  }

  /** Milliseconds to wait before the next attempt; null: none. */
  private async judge(why: Ended | Failure | null, lived: number | null): Promise<number | null> {
    const status = why instanceof Failure ? why.status : 0;
    const after = why instanceof Failure ? why.after * 1000 : 0;
    if (why instanceof Ended && why.reason === "replaced") return this.end("elsewhere");
    if (status === 401 || (why instanceof Ended && why.reason === "expired")) return this.renew();
    if (lived !== null) {
      this.cuts = lived < kSettled ? this.cuts + 1 : 0;
      this.ends.state(navigator.onLine ? "connecting" : "offline", null);
      if (this.cuts < kCuts) return Math.max(after, kShortest * Math.random());
    }
    if (!status && !(await this.reachable())) return this.offline();
    if (lived === null && this.proven.has(this.rank) && !this.again) {
      this.again = true;
      return kShortest;
    }
    this.again = false;
    this.cuts = 0;
    if (++this.rank < this.transports.length) return 0;
    this.rank = 0;
    if (status !== 403 && status !== 404) return Math.max(this.offline(), after);
    // The daemon may not know the person yet: with the first notification it does.
    this.ends.state("refused", null);
    return kUnknown;
  }

  private offline(): number {
    this.ends.state("offline", null);
    return Math.min(kLongest, kShortest * 2 ** Math.min(this.failures++, 10)) * (0.5 + Math.random() / 2);
  }

  private renew(): number | null {
    this.door.forgetToken();
    if (this.renewed) return this.end("signed-out");
    this.renewed = true;
    return 0;
  }

  private end(status: Status): null {
    this.ends.state(status, null);
    return null;
  }

  /** Whether the daemon answers at all; asks for what needs no token and says nothing about the person. */
  private async reachable(): Promise<boolean> {
    if (!navigator.onLine) return false;
    const how: RequestInit = { method: "HEAD", mode: "no-cors", cache: "no-store", signal: AbortSignal.timeout(5000) };
    return fetch(`${this.door.base}/widget.js`, how).then(
      (answer) => answer.type === "opaque" || answer.status < 500,
      () => false,
    );
  }
}
