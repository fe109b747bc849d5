// The real daemon of a test: started in a folder and on a port of its own, killed, started again; and what a producer sends.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { takeHeard } from "./contract.mjs";

const kProgram = fileURLToPath(new URL("stage.py", import.meta.url));
let people = 0;

export class Stage {
  /** `changes`: to the configuration of the system tests. `more`: production, page (that of ./dev demo, at stage.page). */
  static async open(changes = {}, more = {}) {
    const stage = new Stage();
    const { port, page } = await stage.ask({ do: "start", changes, ...more });
    stage.url = `http://127.0.0.1:${port}`;
    stage.page = page;
    return stage;
  }

  constructor() {
    this.child = spawn("/usr/bin/python3", ["-B", kProgram], { stdio: ["pipe", "pipe", "inherit"] });
    this.ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.waiting = [];
    createInterface({ input: this.child.stdout }).on("line", (line) => this.waiting.shift()?.(JSON.parse(line)));
    this.child.once("exit", () => this.waiting.splice(0).forEach((answer) => answer({ error: "the stage has ended" })));
  }

  async ask(request) {
    const answer = new Promise((resolve) => this.waiting.push(resolve));
    this.child.stdin.write(JSON.stringify(request) + "\n");
    const { ok, error } = await answer;
    if (error) throw new Error(error);
    return ok;
  }

  /** The end; everything that pages heard must be as the daemon describes it. */
  async close() {
    try {
      const exchanges = await takeHeard();
      assert.ok(exchanges.length > 0, "no page spoke with the daemon");
      await this.ask({ do: "check", exchanges });
    } finally {
      this.child.stdin.end();
      await this.ended;
    }
  }

  kill() {
    return this.ask({ do: "kill" });
  }

  resume() {
    return this.ask({ do: "resume" });
  }

  /** The two people of the demo's page. */
  async demoPeople() {
    await this.ctl("user", "add", "--phone", "237691924173", "--name", "Awa");
    await this.ctl("user", "add", "--phone", "237691234567", "--name", "Jean Dupont", "--provider");
  }

  /** What `heraldctl --json ...` answers. */
  ctl(...args) {
    return this.ask({ do: "ctl", arguments: args.map(String) });
  }

  /** A phone nobody else in this run has. */
  phone() {
    return `2376900${String(10_000 + ++people).padStart(5, "0")}`;
  }

  /** The phone of somebody the daemon knows. */
  async person() {
    const phone = this.phone();
    await this.ctl("user", "add", "--phone", phone);
    return phone;
  }

  /** The id of a notification that was accepted. */
  async send(user, message, type = "info") {
    return this.submit({ kind: "message", to: { phone: user }, params: { message, type } });
  }

  async submit(body, token) {
    const headers = { "Content-Type": "application/json", ...(token ? { Authorization: `Bearer ${token}` } : {}) };
    const answer = await fetch(`${this.url}/api/v1/notifications`, { method: "POST", headers, body: JSON.stringify(body) });
    assert.equal(answer.status, 201, await answer.clone().text());
    return (await answer.json()).id;
  }

  /** As the daemon tells it to anybody who asks for the list; development mode only. */
  async inbox(user) {
    return (await fetch(`${this.url}/api/web-chat/notifications/${user}`)).json();
  }

  async state(id) {
    return (await this.ctl("show", id)).state;
  }
}

/** Waits until `look` gives something true, and gives it. */
export async function until(look, what = "the condition", milliseconds = 15_000) {
  for (const end = Date.now() + milliseconds; ; ) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > end) assert.fail(`${what} did not come within ${milliseconds} ms`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
