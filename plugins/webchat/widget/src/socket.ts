// WebSocket transport. The first message says who is there, whether or not a cookie does too; acknowledgements go back on it.

import type { Batch } from "./book";
import { Acks, Ended, ended, type Task, Watch } from "./wire";

/** Browsers do not show pings to pages, so a quiet line is asked something that has to be answered. */
const kQuiet = 25_000;
const kPatience = 10_000;

type Said = { type?: string; reason?: string } & Batch;

export async function socket(task: Task): Promise<never> {
  const { door } = task;
  const token = await door.token();
  const line = new WebSocket(door.socketUrl(task.cursor()));
  return new Promise<never>((_, reject) => {
    let why: Ended | null = null;
    const say = (message: object): void => {
      if (line.readyState === WebSocket.OPEN) line.send(JSON.stringify(message));
    };
    const finish = (): void => {
      task.signal.removeEventListener("abort", finish);
      acks.end();
      quiet.end();
      dead.end();
      line.close();
      reject(why ?? new Ended("cut"));
    };
    const acks = new Acks(task.cursor, (cursor) => say({ type: "ack", cursor }));
    const quiet = new Watch(kQuiet, () => {
      say({ type: "ack", cursor: task.cursor(), ref: 1 });
      quiet.beat();
    });
    const dead = new Watch(kQuiet + kPatience, finish);
    line.onopen = () => say({ type: "auth", ...(token ? { token } : { user: door.user }) });
    line.onmessage = (event) => {
      quiet.beat();
      dead.beat();
      const said = JSON.parse(String(event.data)) as Said;
      if (said.type === "inbox") {
        task.take(said);
        acks.moved();
      } else if (said.type === "end") why = ended(said.reason);
    };
    line.onclose = (event) => {
      if (event.code === 4401) why = new Ended("expired");
      else if (event.code === 4409) why = new Ended("replaced");
      finish();
    };
    if (task.signal.aborted) finish();
    else task.signal.addEventListener("abort", finish);
  });
}
