// One stream for all tabs of a person: the tab that holds a Web Lock leads, that is, keeps the connection, and tells the others
// every batch over a BroadcastChannel. When it goes, the browser gives the lock to another, which goes on from its own cursor.
// Where the page may use neither (no secure context), each tab has a connection of its own.

import type { Status, Transport } from "../herald-widget";
import type { Batch } from "./book";

export interface TabEnds {
  cursor(): string | null;
  take(batch: Batch): void;
  /** All that this tab knows. */
  copy(): Batch;
  state(status: Status, transport: Transport | null): void;
  /** This tab leads from now on. */
  lead(): void;
  /** Another tab asks the leader to try again. */
  connect(): void;
}

type Said =
  | { say: "batch"; after: string | null; batch: Batch }
  | { say: "state"; status: Status; transport: Transport | null }
  | { say: "copy"; batch: Batch }
  | { say: "hello" }
  | { say: "connect" };

export class Tabs {
  leads = false;
  private channel: BroadcastChannel | null = null;
  private over = new AbortController();
  private last: [Status, Transport | null] = ["connecting", null];

  constructor(
    private name: string,
    private ends: TabEnds,
  ) {}

  join(share: boolean): void {
    if (this.over.signal.aborted) return;
    if (!share || !("locks" in navigator) || typeof BroadcastChannel === "undefined") return this.lead();
    this.channel = new BroadcastChannel(this.name);
    this.channel.onmessage = (event: MessageEvent<Said>) => this.heard(event.data);
    this.say({ say: "hello" });
    navigator.locks
      .request(this.name, { signal: this.over.signal }, () => {
        this.lead();
        return new Promise<void>((release) => this.over.signal.addEventListener("abort", () => release()));
      })
      .catch(() => undefined); // left before it had the lock
  }

  leave(): void {
    this.leads = false;
    this.over.abort();
    this.channel?.close();
    this.channel = null;
  }

  /** The leader took a batch that came after `after`. */
  took(after: string | null, batch: Batch): void {
    this.say({ say: "batch", after, batch });
  }

  state(status: Status, transport: Transport | null): void {
    this.last = [status, transport];
    this.say({ say: "state", status, transport });
  }

  /** Asks the leader, perhaps this tab, to try again. */
  connect(): void {
    if (this.leads) this.ends.connect();
    else this.say({ say: "connect" });
  }

  private lead(): void {
    this.leads = true;
    this.ends.lead();
  }

  private say(message: Said): void {
    this.channel?.postMessage(message);
  }

  private heard(message: Said): void {
    if (this.leads) {
      if (message.say === "connect") this.ends.connect();
      if (message.say !== "hello") return;
      if (this.ends.cursor() !== null) this.say({ say: "copy", batch: this.ends.copy() });
      return this.say({ say: "state", status: this.last[0], transport: this.last[1] });
    }
    if (message.say === "state") return this.ends.state(message.status, message.transport);
    if (message.say === "copy") return this.ends.take(message.batch);
    if (message.say !== "batch") return;
    if (message.after === this.ends.cursor()) return this.ends.take(message.batch);
    // One was missed, or this tab is new: everything once.
    if (message.batch.cursor !== this.ends.cursor()) this.say({ say: "hello" });
  }
}
