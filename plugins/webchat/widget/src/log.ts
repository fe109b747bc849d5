// The list of items in the panel: days, cards, what is new, and staying at the end while the person is there.

import type { Item, Words } from "../herald-widget";
import { age, card, type CardEnds, settle } from "./card";
import { h } from "./dom";
import { Reading } from "./reading";
import type { When } from "./when";

export interface LogEnds extends Omit<CardEnds, "isNew"> {
  words: Words;
  when: When;
  isOpen(): boolean;
  get(id: number): Item | undefined;
  read(ids: number[]): Promise<boolean>;
  /** All that is known then; null when earlier ones cannot be had now. */
  earlier(): Promise<readonly Item[] | null>;
}

/** What stays visible above the first new item. */
const kAbove = 40;

interface Shown {
  looks: string;
  element: HTMLElement;
}

export class Log {
  readonly element: HTMLElement;
  readonly reading: Reading;
  private shown = new Map<number, Shown>();
  private days = new Map<string, HTMLElement>();
  private fresh = new Set<number>();
  private fading = new Set<number>(); // will not be new for much longer
  private all = false; // earlier ones too
  private empty: HTMLElement;
  private earlier: HTMLButtonElement;

  constructor(private ends: LogEnds) {
    const { words } = ends;
    this.element = h("div", { class: "log", role: "log", tabindex: "0", "aria-label": words.title, "aria-relevant": "additions" });
    this.empty = h("p", { class: "empty" }, words.empty);
    this.earlier = h("button", { type: "button", class: "earlier" }, words.earlier);
    this.earlier.onclick = async () => {
      this.earlier.disabled = true;
      const items = await ends.earlier();
      this.earlier.disabled = false;
      if (!items) return;
      this.all = true;
      this.show(items);
      this.element.focus(); // the button is gone
    };
    const counts = (id: number): boolean => ends.isOpen() && ends.get(id)?.read === false;
    this.reading = new Reading(this.element, counts, ends.read);
  }

  /** What is unread now is new to the person until the panel is closed. */
  open(items: readonly Item[]): void {
    this.fresh = new Set(items.filter((item) => !item.read).map((item) => item.id));
    this.fading.clear();
    this.show(items);
    const first = items.find((item) => this.fresh.has(item.id) && this.shown.has(item.id));
    const top = first && this.shown.get(first.id)?.element.offsetTop;
    this.element.scrollTop = top === undefined ? this.element.scrollHeight : top - kAbove;
    this.reading.soon();
  }

  arrived(items: readonly Item[]): void {
    for (const item of items) if (!item.read) this.fresh.add(item.id);
  }

  show(items: readonly Item[]): void {
    const end = this.element.scrollHeight - this.element.scrollTop - this.element.clientHeight < 60;
    const wanted: Element[] = [];
    const listed = items.filter((item) => this.all || item.active !== false);
    if (!this.all) wanted.push(this.earlier);
    if (!listed.length) wanted.push(this.empty);
    let day = "";
    for (const item of listed) {
      const name = this.ends.when.day(new Date(item.timestamp));
      if (name !== day) wanted.push(this.heading((day = name)));
      wanted.push(this.card(item));
    }
    const kept = new Set(wanted);
    for (const child of [...this.element.children]) if (!kept.has(child)) this.drop(child);
    // What stays is not moved: moving takes the focus away and has it read out again.
    wanted.forEach((child, n) => {
      const there = this.element.children[n];
      if (there !== child) this.element.insertBefore(child, there ?? null);
    });
    if (end) this.element.scrollTop = this.element.scrollHeight;
  }

  /** Now and then: times grow, and what was read a while ago is no longer new, in a panel that is always open too. */
  age(): void {
    for (const [id, shown] of this.shown) {
      age(shown.element, this.ends.when);
      const item = this.ends.get(id);
      if (!item?.read || !this.fresh.has(id)) continue;
      if (!this.fading.delete(id)) {
        this.fading.add(id);
        continue;
      }
      this.fresh.delete(id);
      settle(shown.element);
      shown.looks = this.looks(item);
    }
  }

  /** Made anew only when it looks different: whatever is added to a log is read out. */
  private card(item: Item): HTMLElement {
    const looks = this.looks(item);
    const old = this.shown.get(item.id);
    if (old?.looks === looks) return old.element;
    const element = card(item, { ...this.ends, isNew: (one) => this.fresh.has(one.id) });
    if (old) {
      const focused = old.element.contains((this.element.getRootNode() as ShadowRoot).activeElement);
      this.reading.drop(old.element);
      old.element.replaceWith(element);
      if (focused) this.element.focus();
    }
    this.shown.set(item.id, { looks, element });
    this.reading.watch(element);
    return element;
  }

  private looks(item: Item): string {
    return JSON.stringify([this.fresh.has(item.id), item.answered, item.withdrawn, item.active !== false, item.herald_id]);
  }

  private heading(day: string): HTMLElement {
    const made = this.days.get(day) ?? h("h3", { class: "day" }, day);
    this.days.set(day, made);
    return made;
  }

  private drop(child: Element): void {
    child.remove();
    const id = Number((child as HTMLElement).dataset["id"]);
    if (!id) return;
    this.reading.drop(child);
    this.shown.delete(id);
  }
}
