// The built file begins here: window.Herald, the element <herald-inbox>, and what the script tag itself asks for.

import type { HeraldApi, HeraldInboxElement, WidgetOptions } from "../herald-widget";
import { Client } from "./client";
import { HeraldInbox } from "./element";
import { optionsFrom } from "./options";

const script = document.currentScript as HTMLScriptElement | null;
/** The API lies beside the file, unless a site hosts the file elsewhere and says where the API is. */
const base = script?.src && /\/widget\.js(\?|$)/.test(script.src) ? script.src.replace(/\/widget\.js.*$/, "") : undefined;

function placed<T extends { base?: string }>(options: T): T {
  return base !== undefined && options.base === undefined ? { ...options, base } : options;
}

function mount(options: WidgetOptions): HeraldInboxElement {
  const element = document.createElement("herald-inbox") as HeraldInbox;
  element.options = placed(options);
  (options.parent ?? document.body).append(element);
  return element;
}

// Included twice, the first one stays.
if (!customElements.get("herald-inbox")) {
  let made: HeraldInboxElement | null = null;
  const api: HeraldApi = {
    inbox: (options) => new Client(placed(options)),
    mount,
    get element() {
      return made;
    },
  };
  Object.defineProperty(window, "Herald", { value: Object.freeze(api), enumerable: true });
  customElements.define("herald-inbox", HeraldInbox);
  const options = script && optionsFrom((name) => script.getAttribute(`data-${name}`));
  const begin = (): void => void (options && (made = mount(options)));
  if (document.body) begin();
  else addEventListener("DOMContentLoaded", begin, { once: true });
}
