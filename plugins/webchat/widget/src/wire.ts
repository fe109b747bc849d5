// What every transport is: it brings batches until it ends, and says why it did.

import type { Batch } from "./book";
import type { Door } from "./door";

/** What a transport works with. */
export interface Task {
  door: Door;
  /** Where the page stands. */
  cursor(): string | null;
  take(batch: Batch): void;
  /** An answer without a batch: nothing is new, and the way is open. */
  took(): void;
  /** Milliseconds until the next look, for the transport that looks at intervals. */
  pace(): number;
  signal: AbortSignal;
}

/** Runs until it throws: an Ended, a Failure, or whatever the network says. */
export type Wire = (task: Task) => Promise<never>;

export type Reason = "expired" | "replaced" | "slow" | "cut";

/** The stream was there and is no more. */
export class Ended extends Error {
  constructor(readonly reason: Reason) {
    super(reason);
  }
}

/** The daemon's own words on a stream; unknown ones mean: go on from the cursor. */
export function ended(reason: unknown): Ended {
  if (reason === "revoked") return new Ended("expired"); // a new token is what helps there too
  return new Ended(reason === "expired" || reason === "replaced" || reason === "slow" ? reason : "cut");
}

/** Resolves after so many milliseconds, or throws when aborted. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(new Ended("cut"));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}

/** Runs something with a signal that also fires after so many seconds. */
export async function timed<T>(signal: AbortSignal, seconds: number, what: (s: AbortSignal) => Promise<T>): Promise<T> {
  const both = new AbortController();
  const stop = (): void => both.abort();
  const timer = setTimeout(stop, seconds * 1000);
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop);
  try {
    return await what(both.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}

/** Tells the daemon how far batches arrived: at once, then at most four times a second. Not by a steady timer, which browsers
 *  slow down to one a minute where the page is hidden. */
export class Acks {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private said: string | null;
  constructor(
    private cursor: () => string | null,
    private send: (cursor: string) => void,
  ) {
    this.said = cursor();
  }
  moved(): void {
    if (this.timer !== undefined) return;
    const cursor = this.cursor();
    if (cursor === null || cursor === this.said) return;
    this.said = cursor;
    this.send(cursor);
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.moved();
    }, 250);
  }
  end(): void {
    clearTimeout(this.timer);
    this.said = this.cursor();
  }
}

/** Runs `late` unless beat() was called within so many milliseconds of the last beat. */
export class Watch {
  private timer: ReturnType<typeof setTimeout> | undefined;
  constructor(
    private milliseconds: number,
    private late: () => void,
  ) {
    this.beat();
  }
  beat(): void {
    this.end();
    this.timer = setTimeout(this.late, this.milliseconds);
  }
  end(): void {
    clearTimeout(this.timer);
  }
}
