// Data attributes of the script tag, or attributes of the element, as options.

import type { Transport, WidgetOptions } from "../herald-widget";
import { kTransports } from "./line";

export type Read = (name: string) => string | null;

/** null: no user is named, so nothing is shown. */
export function optionsFrom(read: Read): WidgetOptions | null {
  const user = read("user");
  if (!user) return null;
  const out: WidgetOptions = { user };
  const text = (name: "base" | "lang"): void => {
    const value = read(name);
    if (value) out[name] = value;
  };
  text("base");
  text("lang");
  const token = read("token");
  const tokenUrl = read("token-url");
  if (tokenUrl) out.token = () => fetchToken(tokenUrl);
  else if (token) out.token = token;
  const theme = read("theme");
  if (theme === "light" || theme === "dark") out.theme = theme;
  if (read("position") === "start") out.position = "start";
  const reply = read("reply");
  if (reply === "always" || reply === "never") out.reply = reply;
  const asked = (read("transports") ?? "").split(/[\s,]+/);
  const transports = asked.filter((name): name is Transport => (kTransports as readonly string[]).includes(name));
  if (transports.length) out.transports = transports;
  out.share = isOn(read("share"), true);
  out.sound = isOn(read("sound"), false);
  out.blink = isOn(read("blink"), false);
  out.inline = isOn(read("inline"), false);
  return out;
}

/** Present is on, as in HTML; "off" and "false" are off. */
function isOn(value: string | null, otherwise: boolean): boolean {
  return value === null ? otherwise : value !== "off" && value !== "false";
}

/** The site's own page that gives the signed-in person a token: {"token": "..."}. */
async function fetchToken(url: string): Promise<string> {
  const answer = await fetch(url, { credentials: "include", cache: "no-store" });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return String(((await answer.json()) as { token?: unknown }).token ?? "");
}
