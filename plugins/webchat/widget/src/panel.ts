// The panel: heading and tools, how the line stands, the list, and the box for a typed answer.

import type { Answer, Item, Status } from "../herald-widget";
import type { Attention } from "./attention";
import { isOpen, verdict } from "./card";
import { h, icon, kIcons } from "./dom";
import { Log, type LogEnds } from "./log";

const kPatience = 1500; // a short cut is not worth a word
const kFinal: readonly Status[] = ["signed-out", "elsewhere", "refused", "offline"];

export interface PanelEnds extends LogEnds {
  attention: Attention;
  reply: "asked" | "always" | "never";
  inline: boolean;
  close(): void;
  clear(): Promise<boolean>;
  connect(): void;
  say(text: string): Promise<Answer>;
  /** Typed words that answer nothing: true when the page took them. */
  conversation(text: string): boolean;
}

export class Panel {
  readonly element: HTMLElement;
  readonly log: Log;
  private state: HTMLElement;
  private clear: HTMLButtonElement;
  private reply: HTMLFormElement;
  private said: HTMLElement;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private ends: PanelEnds) {
    const { words } = ends;
    this.log = new Log(ends);
    this.state = h("div", { class: "state", role: "status", hidden: true });
    this.clear = tool(kIcons.clear, words.clear, () => void this.cleared());
    const close = tool(kIcons.close, words.close, () => ends.close());
    close.hidden = ends.inline;
    const heading = h("h2", { id: "heading" }, words.title);
    const head = h("header", { class: "head" }, heading, ends.attention.sound && this.mute(), this.clear, close);
    this.said = h("p", { class: "note bad said", role: "alert", hidden: true });
    this.reply = this.box();
    this.element = h("section", {
      class: "panel",
      id: "panel",
      role: ends.inline ? "region" : "dialog",
      "aria-labelledby": "heading",
      tabindex: "-1",
      hidden: true,
    });
    this.element.append(head, this.state, this.log.element, this.said, this.reply);
  }

  show(items: readonly Item[]): void {
    this.log.show(items);
    const { reply } = this.ends;
    this.reply.hidden = reply === "never" || (reply === "asked" && !items.some(isOpen));
    if (this.reply.hidden) this.said.hidden = true;
    this.clear.disabled = !items.some((item) => item.active !== false);
  }

  status(status: Status): void {
    clearTimeout(this.timer);
    const set = (): void => {
      const words = status === "live" || status === "closed" ? "" : this.ends.words[status];
      this.state.replaceChildren(words);
      if (kFinal.includes(status)) {
        const again = h("button", { type: "button" }, this.ends.words.retry);
        again.onclick = () => this.ends.connect();
        this.state.append(again);
      }
      this.state.hidden = !words;
    };
    if (status === "connecting") this.timer = setTimeout(set, kPatience);
    else set();
    if (status === "live") this.log.reading.soon();
  }

  private async cleared(): Promise<void> {
    const done = await this.ends.clear();
    this.tell(done ? "" : this.ends.words.failed);
    if (done) this.log.element.focus();
  }

  private mute(): HTMLButtonElement {
    const { words, attention } = this.ends;
    const button = tool(kIcons.sound, words.mute, () => {
      attention.mute(!attention.muted);
      draw();
    });
    const draw = (): void => {
      button.replaceChildren(icon(attention.muted ? kIcons.silent : kIcons.sound));
      button.title = attention.muted ? words.unmute : words.mute;
      button.setAttribute("aria-label", button.title);
    };
    draw();
    return button;
  }

  private box(): HTMLFormElement {
    const { words } = this.ends;
    const input = h("input", { type: "text", maxlength: "1000", "aria-label": words.reply, placeholder: words.reply });
    input.autocomplete = "off";
    input.dir = "auto";
    const send = h("button", { type: "submit", "aria-label": words.send, title: words.send }, icon(kIcons.send));
    const form = h("form", { class: "reply", hidden: true }, input, send);
    form.onsubmit = async (event) => {
      event.preventDefault();
      const text = input.value.trim();
      if (!text || send.disabled) return;
      send.disabled = true;
      const answer = await this.ends.say(text);
      send.disabled = false;
      const good = answer.verdict === "won" || answer.verdict === "repeated";
      const taken = good || (answer.verdict === "no_question" && this.ends.conversation(text));
      this.tell(taken ? "" : verdict(words, answer));
      if (taken) input.value = "";
    };
    return form;
  }

  private tell(words: string): void {
    this.said.textContent = words;
    this.said.hidden = !words;
  }
}

function tool(path: string, label: string, act: () => void): HTMLButtonElement {
  const out = h("button", { type: "button", class: "tool", "aria-label": label, title: label }, icon(path));
  out.onclick = act;
  return out;
}
