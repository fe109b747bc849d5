// <herald-inbox>: bell, badge and panel in a shadow tree, over one Client.

import type { HeraldInboxElement, Inbox, InboxEvents, WidgetOptions, Words } from "../herald-widget";
import { Attention } from "./attention";
import { Client } from "./client";
import { h, icon, kIcons, set } from "./dom";
import { optionsFrom } from "./options";
import { Panel } from "./panel";
import { style } from "./style";
import { When } from "./when";
import { fill, wordsFor } from "./words";

const kAge = 30_000;
const kBrisk = 3_000;
const kCalm = 10_000;
const kEvents = ["notifications", "change", "unread", "status", "answer"] as const;

export class HeraldInbox extends HTMLElement implements HeraldInboxElement {
  /** What mount() was given; else the attributes count. */
  options: WidgetOptions | null = null;
  isOpen = false;
  private client: Client | null = null;
  private panel!: Panel;
  private bell!: HTMLButtonElement;
  private badge!: HTMLElement;
  private live!: HTMLElement;
  private words!: Words;
  private attention!: Attention;
  private over = new AbortController();

  get inbox(): Inbox | null {
    return this.client;
  }

  connectedCallback(): void {
    const options = this.options ?? optionsFrom((name) => this.getAttribute(name));
    if (!options) return console.warn("herald-inbox: name the person with the attribute user");
    this.over = new AbortController();
    this.client = new Client(options);
    this.build(this.client, options);
    for (const name of kEvents) this.client.on(name, (detail) => this.tell(name, detail));
    this.client.on("notifications", (event) => this.came(event));
    this.client.on("change", () => this.draw());
    this.client.on("unread", () => this.draw());
    this.client.on("status", ({ status }) => this.panel.status(status));
    const { signal } = this.over;
    document.addEventListener("visibilitychange", () => this.looked(), { signal });
    const timer = setInterval(() => this.isOpen && this.panel.log.age(), kAge);
    signal.addEventListener("abort", () => clearInterval(timer));
    if (options.inline) this.open();
    this.draw();
  }

  disconnectedCallback(): void {
    this.over.abort();
    this.client?.close();
    this.client = null;
    this.isOpen = false;
    this.attention?.calm();
    this.panel?.log.reading.end();
  }

  open(): void {
    if (this.isOpen || !this.client) return;
    this.isOpen = true;
    this.panel.element.hidden = false;
    this.bell.setAttribute("aria-expanded", "true");
    this.panel.log.open(this.client.items);
    if (!this.hasAttribute("inline")) this.panel.element.focus();
    this.looked();
    this.tell("open", null);
  }

  close(): void {
    if (!this.isOpen || this.hasAttribute("inline")) return;
    this.isOpen = false;
    const inside = this.panel.element.contains(this.shadowRoot?.activeElement ?? null);
    this.panel.element.hidden = true;
    this.bell.setAttribute("aria-expanded", "false");
    if (inside) this.bell.focus();
    this.looked();
    this.tell("close", null);
  }

  private build(client: Client, options: WidgetOptions): void {
    const near = this.closest("[lang]")?.getAttribute("lang");
    const lang = options.lang || near || navigator.language || "en";
    const words = (this.words = wordsFor(lang, options.words));
    this.attention = new Attention(options.sound === true, options.blink === true);
    set(this, { theme: options.theme ?? "auto", position: options.position ?? "end", inline: options.inline === true });
    this.panel = new Panel({
      words,
      when: new When(lang, words, () => Date.now() + client.skew),
      attention: this.attention,
      reply: options.reply ?? "asked",
      inline: options.inline === true,
      isOpen: () => this.isOpen,
      get: (id) => client.items.find((item) => item.id === id),
      read: (ids) => client.markRead(ids),
      earlier: async () => ((await client.history()) ? client.items : null),
      answer: (item, action) => client.answer(item.id, action),
      say: (text) => client.say(text),
      conversation: (text) => !this.tell("message", { text }, true),
      clear: () => client.clear(),
      connect: () => client.connect(),
      close: () => this.close(),
    });
    this.badge = h("span", { class: "badge", "aria-hidden": "true", hidden: true });
    this.bell = h("button", { type: "button", class: "bell", "aria-haspopup": "dialog", "aria-expanded": "false", "aria-controls": "panel" });
    this.bell.append(icon(kIcons.bell), this.badge);
    this.bell.onclick = () => (this.isOpen ? this.close() : this.open());
    this.bell.hidden = options.inline === true;
    this.live = h("div", { class: "unseen", role: "status" });
    this.panel.element.lang = this.live.lang = this.bell.lang = lang;
    this.panel.element.onkeydown = (event) => {
      if (event.key === "Escape") this.close();
    };
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [style()];
    root.replaceChildren(this.bell, this.panel.element, this.live);
  }

  private came({ items, first }: InboxEvents["notifications"]): void {
    if (this.isOpen) this.panel.log.arrived(items);
    this.draw();
    const news = first ? [] : items.filter((item) => !item.read);
    const last = news[news.length - 1];
    if (!last || !this.client) return;
    // The open panel's log is read out by itself.
    if (!this.isOpen) this.live.textContent = fill(this.words.arrived, { text: last.title || last.text.slice(0, 200) });
    this.attention.call(fill(this.words.more, { n: this.client.unread }), this.client.leads);
  }

  private draw(): void {
    const { client, words } = this;
    if (!client) return;
    const n = client.unread;
    this.badge.textContent = n > 99 ? "99+" : String(n);
    this.badge.hidden = n === 0;
    this.bell.setAttribute("aria-label", n ? `${words.open}, ${fill(words.unread, { n })}` : words.open);
    if (n === 0) this.attention.calm();
    this.panel.show(client.items);
  }

  /** The person may look, or no longer. */
  private looked(): void {
    const visible = document.visibilityState === "visible";
    if (this.client) this.client.pace = visible && this.isOpen ? kBrisk : kCalm;
    if (!visible) return;
    this.attention.calm();
    this.panel.log.reading.soon();
  }

  /** False when the page prevented what would follow. */
  private tell(name: string, detail: unknown, cancelable = false): boolean {
    return this.dispatchEvent(new CustomEvent(`herald-${name}`, { detail, bubbles: true, composed: true, cancelable }));
  }
}
