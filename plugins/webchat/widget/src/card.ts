// One item as the panel shows it, with its buttons.

import type { Answer, Item, Words } from "../herald-widget";
import { h, icon, kIcons } from "./dom";
import { markdown } from "./markdown";
import { fill } from "./words";
import type { When } from "./when";

export interface CardEnds {
  words: Words;
  when: When;
  /** Whether the person sees it for the first time since the panel was opened. */
  isNew(item: Item): boolean;
  answer(item: Item, action: string): Promise<Answer>;
}

export function isOpen(item: Item): boolean {
  return item.actions.length > 0 && item.answered === undefined && !item.withdrawn && item.active !== false;
}

/** What the daemon said about an answer that does not count, in the widget's words where it has some. */
export function verdict(words: Words, answer: Answer): string {
  const known = words[answer.verdict as keyof Words];
  return known === undefined ? answer.message || words.failed : fill(known, { label: answer.label ?? answer.action ?? "" });
}

/** Whether the text begins with its title, apart from emoji, marks and punctuation: once is enough. */
function repeats(text: string, title: string): boolean {
  const plain = (words: string): string => words.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");
  return plain(text.split("\n", 1)[0] ?? "").includes(plain(title));
}

export function card(item: Item, ends: CardEnds): HTMLElement {
  const { words, when } = ends;
  const at = new Date(item.timestamp);
  const kind = item.type in kIcons ? (item.type as "info") : "info";
  const fresh = ends.isNew(item);
  const time = h("time", { datetime: item.timestamp, title: when.long(at) }, when.short(at));
  const meta = h("div", { class: "meta" }, h("b", {}, words[kind]), fresh && h("span", { class: "new" }, words.reading), time);
  const text = h("div", { class: "text" }, markdown(item.text));
  const title = !repeats(item.text, item.title) && h("div", { class: "title", dir: "auto" }, item.title);
  const body = h("div", {}, meta, title, text, ...answers(item, ends));
  const out = h("article", { class: fresh ? "item fresh" : "item", "data-id": String(item.id) });
  out.append(icon(kIcons[kind]), body);
  return out;
}

/** The time of day grows old while it is looked at. */
export function age(element: HTMLElement, when: When): void {
  const time = element.querySelector("time");
  if (time) time.textContent = when.short(new Date(time.dateTime));
}

/** No longer new. */
export function settle(element: HTMLElement): void {
  element.classList.remove("fresh");
  element.querySelector(".new")?.remove();
}

function answers(item: Item, ends: CardEnds): HTMLElement[] {
  const { words } = ends;
  if (!item.actions.length) return [];
  if (item.answered !== undefined) {
    const label = item.actions.find((action) => action.id === item.answered)?.label ?? item.answered;
    return [h("p", { class: "note" }, fill(words.chosen, { label }))];
  }
  if (!isOpen(item)) return [h("p", { class: "note" }, words.withdrawn)];
  const note = h("p", { class: "note bad", role: "alert", hidden: true });
  const group = h("div", { class: "choices", role: "group", "aria-label": words.choose });
  const all = item.actions.map((action, n) => {
    const button = h("button", { type: "button", class: n ? "choice" : "choice first" }, action.label);
    button.onclick = () => void choose(action.id);
    return button;
  });
  const choose = async (action: string): Promise<void> => {
    for (const button of all) button.disabled = true;
    const answer = await ends.answer(item, action);
    if (answer.verdict === "won" || answer.verdict === "repeated") return; // the change shows it
    note.textContent = verdict(words, answer);
    note.hidden = false;
    for (const button of all) button.disabled = false;
  };
  group.append(...all);
  return [group, note];
}
