// The kind of widget that existing applications have, written to its description: same origin, a cookie, no token of its own;
// it asks for the list every few seconds, puts `message` into innerHTML, and shows items above the last id it showed.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, uncomplaining } from "./support/browser.mjs";
import { Stage, until } from "./support/stage.mjs";

const kPage = (user) => `<!doctype html><html lang="fr"><meta charset="utf-8"><title>Chat</title>
<button id="open">Chat <b id="badge" hidden></b></button><div id="messages" hidden></div>
<script>
  let last = 0, open = false;
  const messages = document.getElementById("messages"), badge = document.getElementById("badge");
  async function fetchNotifications() {
    const response = await fetch("/api/web-chat/notifications/${user}");
    const data = await response.json();
    if (data.status !== "success") return;
    displayNotifications(data.notifications);
    badge.hidden = open || !data.unread_count;
    badge.textContent = data.unread_count;
  }
  function displayNotifications(notifications) {
    for (const one of notifications) {
      if (one.id <= last) continue;
      last = one.id;
      const time = new Date(one.timestamp).toLocaleTimeString("fr-FR", { hour: "2-digit", minute: "2-digit" });
      const div = document.createElement("div");
      div.className = one.type;
      div.innerHTML = "<p>" + one.message + "</p><small>" + time + "</small>";
      messages.append(div);
    }
  }
  document.getElementById("open").onclick = async () => {
    open = true;
    messages.hidden = false;
    badge.hidden = true;
    await fetchNotifications();
    await fetch("/api/web-chat/notifications/${user}/clear", { method: "POST" });
  };
  fetchNotifications();
  setInterval(fetchNotifications, 300);
</script></html>`;

let stage, browser;
before(async () => {
  const routes = [{ name: "default", chain: [{ channel: "webchat", until: "read", within: "10m" }, "log"] }];
  [stage, browser] = await Promise.all([Stage.open({ routes }, { production: true }), launch()]);
});
after(() => Promise.all([browser?.close(), stage?.close()]));

// covers: S81 S82 S83 F77
test("an existing widget with a cookie works unchanged", async (t) => {
  const { id } = await stage.ctl("user", "add", "--phone", stage.phone());
  const { token } = await stage.ctl("token", "user", id);
  const producer = (await stage.ctl("token", "service", "shop", "--scope", "notifications:send")).token;
  const send = (message) => stage.submit({ kind: "message", to: { user: id }, params: { message, type: "info" } }, producer);
  const context = await browser.newContext({ timezoneId: "Africa/Douala" });
  t.after(() => context.close());
  await context.addCookies([{ name: "herald_token", value: token, url: stage.url, httpOnly: true, sameSite: "Lax" }]);
  const page = await open(context, `${stage.url}/chat`, { html: kPage(id), csp: null });
  const first = await send("Demande **reçue** <img src=x onerror=window.ran=1>");
  await page.locator("#badge").getByText("1").waitFor();
  assert.equal(await stage.state(first), "waiting");
  await page.locator("#open").click();
  assert.equal(await page.locator("#messages p").innerText(), "Demande **reçue** <img src=x onerror=window.ran=1>");
  assert.match(await page.locator("#messages small").innerText(), /^\d\d:\d\d$/);
  await until(async () => (await stage.state(first)) === "delivered", "the evidence");
  for (const text of ["deux", "trois"]) await send(text);
  await page.locator("#messages .info").nth(2).waitFor();
  assert.deepEqual(await page.locator("#messages p").allInnerTexts(), ["Demande **reçue** <img src=x onerror=window.ran=1>", "deux", "trois"]);
  assert.equal(await page.evaluate(() => window.ran), undefined);
  uncomplaining(page);
});
