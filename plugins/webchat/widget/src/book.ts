// What is known of an inbox: fed with batches of any transport, it says what is new and what changed. Pure.

import type { Item } from "../herald-widget";

export interface Change {
  id: number;
  read: boolean;
  active: boolean;
  withdrawn?: boolean;
  answered?: string;
}

/** A list, poll or stream answer (docs/reference/webchat-api.md); lists have no `changes`. */
export interface Batch {
  notifications: Item[];
  changes?: Change[];
  unread_count?: number;
  server_time?: string;
  gap?: boolean;
  more?: boolean;
  cursor: string;
}

export interface Difference {
  fresh: Item[];
  changed: Item[];
  /** The first batch, or one after a gap: `fresh` is then the active list, not news. */
  anew: boolean;
}

/** A page that is open for weeks forgets the oldest ones; they are in the history. */
const kMost = 600;

export class Book {
  cursor: string | null = null;
  unread = 0;
  skew = 0;
  private known = new Map<number, Item>();

  get items(): Item[] {
    return [...this.known.values()].sort((a, b) => a.id - b.id);
  }

  get(id: number): Item | undefined {
    return this.known.get(id);
  }

  /** Takes a batch that came after `cursor`. Items already known are changes, so nothing is ever new twice. */
  take(batch: Batch, now: number): Difference {
    const anew = this.cursor === null || batch.gap === true;
    const out: Difference = { fresh: [], changed: [], anew };
    if (batch.gap) out.changed = this.leave(new Set(batch.notifications.map((item) => item.id)));
    for (const item of batch.notifications) {
      const old = this.known.get(item.id);
      this.known.set(item.id, item);
      // A restored database numbers anew: the same id may be another notification.
      if (!old || old.herald_id !== item.herald_id) out.fresh.push(item);
      else if (differs(old, item)) out.changed.push(item);
    }
    for (const change of batch.changes ?? []) {
      const item = this.known.get(change.id);
      if (!item) continue;
      const next: Item = { ...item, read: change.read, active: change.active };
      if (change.withdrawn) next.withdrawn = true;
      if (change.answered !== undefined) next.answered = change.answered;
      this.known.set(item.id, next);
      if (differs(item, next)) out.changed.push(next);
    }
    if (batch.unread_count !== undefined) this.unread = batch.unread_count;
    const server = Date.parse(batch.server_time ?? "");
    if (!Number.isNaN(server)) this.skew = server - now;
    this.cursor = batch.cursor;
    this.forget();
    return out;
  }

  /** Earlier items, which are no news. */
  recall(items: Item[]): Item[] {
    const added = items.filter((item) => !this.known.has(item.id));
    for (const item of added) this.known.set(item.id, item);
    return added;
  }

  /** What another tab knows, as a whole. */
  copy(): Batch {
    return { notifications: this.items, unread_count: this.unread, cursor: this.cursor ?? "" };
  }

  private leave(listed: Set<number>): Item[] {
    const left = this.items.filter((item) => !listed.has(item.id)).map((item) => ({ ...item, active: false }));
    for (const item of left) this.known.set(item.id, item);
    return left;
  }

  private forget(): void {
    if (this.known.size <= kMost) return;
    for (const item of this.items.slice(0, this.known.size - kMost)) this.known.delete(item.id);
  }
}

function differs(a: Item, b: Item): boolean {
  return (
    a.read !== b.read ||
    (a.active ?? true) !== (b.active ?? true) ||
    a.answered !== b.answered ||
    a.withdrawn !== b.withdrawn
  );
}
