import assert from "node:assert/strict";
import { test } from "node:test";
import { item, load } from "./load.mjs";

const { Book } = await load("book");
const ids = (items) => items.map((one) => one.id);

test("the first batch is the list, later ones are news", () => {
  const book = new Book();
  const first = book.take({ notifications: [item(1), item(2)], unread_count: 2, cursor: "a" }, 0);
  assert.deepEqual([ids(first.fresh), first.anew], [[1, 2], true]);
  const second = book.take({ notifications: [item(3)], changes: [], unread_count: 3, cursor: "b" }, 0);
  assert.deepEqual([ids(second.fresh), second.anew, book.unread, book.cursor], [[3], false, 3, "b"]);
  assert.deepEqual(ids(book.items), [1, 2, 3]);
});

test("what is known is never new again, and says what changed", () => {
  const book = new Book();
  book.take({ notifications: [item(1), item(2)], cursor: "a" }, 0);
  const again = book.take({ notifications: [item(2, { read: true }), item(1)], cursor: "b" }, 0);
  assert.deepEqual([ids(again.fresh), ids(again.changed)], [[], [2]]);
});

test("changes of items that are not known are nothing", () => {
  const book = new Book();
  book.take({ notifications: [item(1)], cursor: "a" }, 0);
  const changes = [
    { id: 1, read: true, active: false, answered: "yes" },
    { id: 9, read: true, active: true },
  ];
  const after = book.take({ notifications: [], changes, unread_count: 0, cursor: "b" }, 0);
  assert.deepEqual(ids(after.changed), [1]);
  const { read, active, answered } = book.get(1);
  assert.deepEqual({ read, active, answered }, { read: true, active: false, answered: "yes" });
  assert.deepEqual(ids(book.items), [1]);
});

test("after a gap only the list is current, and numbers may mean other notifications", () => {
  const book = new Book();
  book.take({ notifications: [item(1), item(2)], cursor: "a" }, 0);
  const restored = { notifications: [item(2, { herald_id: "other" })], gap: true, cursor: "b" };
  const gap = book.take(restored, 0);
  assert.deepEqual([ids(gap.fresh), gap.anew], [[2], true]);
  assert.equal(book.get(1).active, false);
  assert.equal(book.get(2).herald_id, "other");
});

test("what another tab knows brings exactly what was missed", () => {
  const leader = new Book();
  const late = new Book();
  const first = { notifications: [item(1)], unread_count: 1, cursor: "a" };
  leader.take(first, 0);
  late.take(first, 0);
  const changes = [{ id: 1, read: true, active: true }];
  leader.take({ notifications: [item(2)], changes, unread_count: 1, cursor: "b" }, 0);
  const caught = late.take(leader.copy(), 0);
  assert.deepEqual([ids(caught.fresh), ids(caught.changed), caught.anew, late.cursor], [[2], [1], false, "b"]);
});

test("earlier items are no news, and the oldest are forgotten", () => {
  const book = new Book();
  book.take({ notifications: [item(1000)], cursor: "a" }, 0);
  assert.equal(book.recall([item(998), item(999), item(1000)]).length, 2);
  for (let id = 1001; id < 2000; ++id) book.take({ notifications: [item(id)], cursor: String(id) }, 0);
  assert.equal(book.items.length, 600);
  assert.equal(book.items[599].id, 1999);
});

test("the server's clock counts", () => {
  const book = new Book();
  book.take({ notifications: [], server_time: "2025-07-14T10:00:05.000000Z", cursor: "a" }, Date.parse("2025-07-14T10:00:00Z"));
  assert.equal(book.skew, 5000);
});
