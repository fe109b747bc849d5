import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

process.env.TZ = "Africa/Douala";
const { fill, When, wordsFor } = await load("words", "when");

test("both languages have every word, with the same places to fill", () => {
  const [en, fr] = [wordsFor("en"), wordsFor("fr-CM")];
  assert.deepEqual(Object.keys(fr).sort(), Object.keys(en).sort());
  const places = (words) => (words.match(/\{\w+\}/g) ?? []).sort();
  for (const [name, words] of Object.entries(en)) assert.deepEqual(places(fr[name]), places(words), name);
  assert.equal(wordsFor("sw").title, en.title, "other languages: English");
  assert.equal(wordsFor("ar", { title: "إشعارات" }).title, "إشعارات");
  assert.equal(fill("{n} de {m}{x}", { n: 1, m: "$&" }), "1 de $&");
});

test("times are told as people do", () => {
  const now = Date.parse("2025-07-14T22:30:00Z"); // 23:30 in Douala
  const fr = new When("fr", wordsFor("fr"), () => now);
  const ago = (minutes) => new Date(now - minutes * 60_000);
  assert.equal(fr.short(ago(0.5)), "à l’instant");
  assert.equal(fr.short(ago(-3)), "à l’instant", "a clock that is ahead");
  assert.match(fr.short(ago(5)), /^il y a 5\s?min/);
  assert.equal(fr.short(ago(90)), "22:00");
  assert.equal(fr.day(ago(90)), "Aujourd’hui");
  assert.equal(fr.day(ago(23 * 60 + 31)), "Hier", "by the calendar, not by hours");
  assert.equal(fr.day(ago(3 * 1440)), "vendredi 11 juillet");
  assert.equal(fr.day(new Date("2024-12-31T12:00:00Z")), "31 décembre 2024");
  assert.equal(new When("not a language!", wordsFor("en"), () => now).short(ago(0)), "just now");
});
