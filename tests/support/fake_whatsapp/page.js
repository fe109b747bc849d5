"use strict";

const phones = document.getElementById("phones");
const shown = new Map(); // number -> {root, talk, title, stamp}

function element(name, className, text) {
  const node = document.createElement(name);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
}

async function write(spec) {
  await fetch("/_fake/inbound", {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(spec)
  });
  refresh();
}

// *bold*, _italic_ and ~strike~ of a line as the phone shows them, built from nodes.
function marked(node, text) {
  const marks = { "*": "strong", "_": "em", "~": "s" };
  let rest = text;
  let found;
  while ((found = /(^|[^\p{L}\p{N}])([*_~])(\S(?:[^\n]*?\S)??)\2(?![\p{L}\p{N}])/u.exec(rest))) {
    node.append(rest.slice(0, found.index) + found[1]);
    const inner = element(marks[found[2]]);
    marked(inner, found[3]);
    node.append(inner);
    rest = rest.slice(found.index + found[0].length);
  }
  node.append(rest);
}

// A text with its code, whose marks are none, and its quotes.
function rich(node, text) {
  const part = /```\n?([\s\S]+?)\n?```|`([^`\n]+)`|^> (.*)$\n?/m;
  let rest = text;
  let found;
  while ((found = part.exec(rest))) {
    marked(node, rest.slice(0, found.index));
    if (found[1]) node.append(element("code", "block", found[1]));
    else if (found[2]) node.append(element("code", "", found[2]));
    else marked(node.appendChild(element("blockquote")), found[3]);
    rest = rest.slice(found.index + found[0].length);
  }
  marked(node, rest);
}

function ticks(message) {
  const last = new Map(message.statuses.map((s) => [s.status, s]));
  if (last.has("failed")) {
    return element("span", "ticks failed", " ✗ failed " + (last.get("failed").code || ""));
  }
  if (last.has("read")) return element("span", "ticks read", " ✓✓");
  if (last.has("delivered")) return element("span", "ticks", " ✓✓");
  return element("span", "ticks", last.has("sent") ? " ✓" : " 🕓");
}

// What came through Twilio is answered through Twilio.
function providerOf(message) {
  return message.callback === null ? "cloud-api" : "twilio";
}

function tap(number, message, button) {
  const context = message.wamid;
  const provider = providerOf(message);
  if (message.type === "template") {
    return write({ from: number, type: "button", payload: button.id, text: button.title, context,
                   provider });
  }
  return write({ from: number, type: button.kind, id: button.id, title: button.title,
                 description: button.description, context, provider });
}

// The phone is the person's: what they wrote is on the right.
function bubble(number, message) {
  const mine = message.direction === "in";
  const failed = message.statuses.some((s) => s.status === "failed");
  const node = element("div", "bubble" + (mine ? " mine" : "") + (failed ? " failed" : ""));
  if (message.header) node.append(element("div", "head", message.header));
  const body = element("div", "body");
  rich(body, message.text);
  node.append(body);
  if (message.footer) node.append(element("div", "foot", message.footer));
  const meta = element("div", "meta", (message.template ? message.template + " · " : "") +
    new Date(message.time * 1000).toLocaleTimeString("fr-FR", { hour: "2-digit", minute: "2-digit" }));
  if (!mine) meta.append(ticks(message));
  node.append(meta);
  for (const button of message.buttons) {
    const key = element("button", "", button.title);
    if (button.description) key.append(element("small", "", button.description));
    key.addEventListener("click", () => tap(number, message, button));
    node.append(key);
  }
  return node;
}

function phone(number) {
  const root = element("section", "phone");
  const title = element("h2");
  const talk = element("div", "talk");
  const form = element("form");
  const input = element("input");
  input.placeholder = "Answer as this person";
  input.setAttribute("aria-label", "Answer as +" + number);
  form.append(input, element("button", "", "Send"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const ours = (shown.get(number).messages || []).filter((m) => m.direction === "out");
    if (input.value) {
      write({ from: number, type: "text", text: input.value,
              ...(ours.length ? { provider: providerOf(ours[ours.length - 1]) } : {}) });
    }
    input.value = "";
  });
  root.append(title, talk, form);
  phones.append(root);
  return { root, title, talk, stamp: "" };
}

async function refresh() {
  const answer = await fetch("/_fake/phones").catch(() => null);
  if (!answer) {
    document.getElementById("note").textContent = "The fake has stopped.";
    return;
  }
  const data = await answer.json();
  if (!data.phones.length && !shown.size) {
    phones.replaceChildren(element("p", "empty", "Nothing has arrived yet."));
    return;
  }
  if (!shown.size) phones.replaceChildren();
  for (const person of data.phones) {
    if (!shown.has(person.number)) shown.set(person.number, phone(person.number));
    const view = shown.get(person.number);
    const stamp = JSON.stringify(person);
    if (view.stamp === stamp) continue;
    view.stamp = stamp;
    view.messages = person.messages;
    view.title.replaceChildren((person.name ? person.name + " · " : "") + "+" + person.number,
      element("small", "", person.window ? "24-hour window open" : "24-hour window closed"));
    view.talk.replaceChildren(...person.messages.map((m) => bubble(person.number, m)));
    view.talk.scrollTop = view.talk.scrollHeight;
  }
}

refresh();
setInterval(refresh, 1000);
