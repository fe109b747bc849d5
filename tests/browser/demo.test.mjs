// The page of ./dev demo: an order, and the three notifications arrive.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { listen } from "./support/contract.mjs";
import { Stage } from "./support/stage.mjs";

let stage, browser;
before(async () => {
  [stage, browser] = await Promise.all([Stage.open({}, { page: true }), launch()]);
  await stage.demoPeople();
});
after(() => Promise.all([browser?.close(), stage?.close()]));

test("an order brings three notifications, live and in French", async () => {
  const page = await browser.newPage({ locale: "fr-FR" });
  listen(page);
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => message.type() === "error" && !message.text().includes("favicon") && complaints.push(message.text()));
  await page.goto(stage.page);
  const customer = page.locator("herald-inbox[inline] .item");
  assert.equal(await customer.count(), 0);
  await page.getByRole("button", { name: "Envoyer la demande" }).click();
  await customer.getByText("Demande confirmée !").waitFor();
  const provider = page.locator("herald-inbox:not([inline])");
  await provider.locator(".badge").getByText("1").waitFor();
  await customer.getByText("Prestataire trouvé !").waitFor();
  await provider.locator(".bell").click();
  await provider.getByRole("button", { name: "OUI" }).waitFor();
  assert.equal(await customer.count(), 2);
  assert.deepEqual(complaints, []);
});
