// One person's inbox without display: what is known, one line for all tabs, and what the person does. Implements Inbox.

import type { Answer, Inbox, InboxEvents, InboxOptions, Item, Status, Transport } from "../herald-widget";
import { type Batch, Book } from "./book";
import { Door } from "./door";
import { kTransports, Line } from "./line";
import { Tabs } from "./tabs";

const kPace = 10_000;

type Listeners = { [K in keyof InboxEvents]?: Set<(event: InboxEvents[K]) => void> };

export class Client implements Inbox {
  status: Status = "connecting";
  transport: Transport | null = null;
  /** Milliseconds between two looks of the interval poll. */
  pace = kPace;
  private door: Door;
  private book = new Book();
  private line: Line;
  private tabs: Tabs;
  private listeners: Listeners = {};

  constructor(private options: InboxOptions) {
    this.door = new Door(options);
    const cursor = (): string | null => this.book.cursor;
    this.line = new Line(
      this.door,
      {
        cursor,
        take: (batch) => {
          const after = this.book.cursor;
          this.take(batch);
          this.tabs.took(after, batch);
        },
        pace: () => this.pace,
        state: (status, transport) => {
          this.state(status, transport);
          this.tabs.state(status, transport);
        },
      },
      options.transports?.length ? options.transports : kTransports,
    );
    this.tabs = this.join();
  }

  /** Whether this tab keeps the connection. */
  get leads(): boolean {
    return this.tabs.leads;
  }
  get items(): readonly Item[] {
    return this.book.items;
  }
  get unread(): number {
    return this.book.unread;
  }
  get cursor(): string | null {
    return this.book.cursor;
  }
  get skew(): number {
    return this.book.skew;
  }

  on<K extends keyof InboxEvents>(name: K, listener: (event: InboxEvents[K]) => void): () => void {
    const all = (this.listeners[name] ??= new Set() as Listeners[K])!;
    all.add(listener);
    return () => void all.delete(listener);
  }

  connect(): void {
    if (this.status === "closed") this.tabs = this.join();
    else this.tabs.connect();
  }

  close(): void {
    this.line.stop();
    this.tabs.leave();
    this.state("closed", null);
  }

  async markRead(ids: readonly number[]): Promise<boolean> {
    const open = ids.filter((id) => this.book.get(id)?.read === false);
    const all = await Promise.allSettled(open.map((id) => this.door.post("mark-read", { notification_id: id })));
    return all.every((one) => one.status === "fulfilled");
  }

  async clear(): Promise<boolean> {
    return this.door.post("clear").then(
      () => true,
      () => false,
    );
  }

  answer(id: number, action: string): Promise<Answer> {
    return this.answered({ notification_id: id, action });
  }

  say(text: string): Promise<Answer> {
    return this.answered({ text });
  }

  async history(): Promise<boolean> {
    try {
      const added = this.book.recall(await this.door.earlier());
      this.emit("change", { items: added });
      return true;
    } catch {
      return false;
    }
  }

  private async answered(body: object): Promise<Answer> {
    const answer = await this.door.answer(body);
    this.emit("answer", answer);
    return answer;
  }

  private join(): Tabs {
    this.state("connecting", null);
    const tabs = new Tabs(`herald ${this.door.base} ${this.door.user}`, {
      cursor: () => this.book.cursor,
      take: (batch) => this.take(batch),
      copy: () => this.book.copy(),
      state: (status, transport) => this.state(status, transport),
      lead: () => this.line.start(),
      connect: () => this.line.start(),
    });
    // Once this is constructed: what the line says goes to the tabs too.
    queueMicrotask(() => tabs.join(this.options.share !== false));
    return tabs;
  }

  private take(batch: Batch): void {
    const before = this.book.unread;
    const { fresh, changed, anew } = this.book.take(batch, Date.now());
    if (fresh.length || anew) this.emit("notifications", { items: fresh, first: anew });
    if (changed.length) this.emit("change", { items: changed });
    if (this.book.unread !== before) this.emit("unread", { count: this.book.unread });
  }

  private state(status: Status, transport: Transport | null): void {
    if (status === this.status && transport === this.transport) return;
    this.status = status;
    this.transport = transport;
    this.emit("status", { status, transport });
  }

  private emit<K extends keyof InboxEvents>(name: K, event: InboxEvents[K]): void {
    this.listeners[name]?.forEach((listener) => {
      try {
        listener(event);
      } catch (why) {
        // A page's mistake must not stop the line.
        reportError(why);
      }
    });
  }
}
