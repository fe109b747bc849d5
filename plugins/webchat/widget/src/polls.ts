// Long-poll and interval poll: the same batches, one request each. The cursor of the next one acknowledges the last.

import type { Batch } from "./book";
import { query } from "./door";
import { pause, type Task, timed } from "./wire";

const kPatience = 15; // seconds
const kWait = 30;
const kStep = 500; // milliseconds

export async function longPoll(task: Task): Promise<never> {
  // The first answer comes at once: it shows that the way is open.
  await look(task, 0);
  for (;;) await look(task, kWait);
}

export async function poll(task: Task): Promise<never> {
  for (let tag: string | null = null; ; ) {
    tag = await look(task, 0, tag);
    // In steps, for the pace quickens when the person opens the panel.
    for (const from = performance.now(); performance.now() - from < task.pace(); )
      await pause(Math.min(task.pace(), kStep), task.signal);
  }
}

/** One request; the answer's tag, when the next one goes to the same address. */
async function look({ door, cursor, take, took, signal }: Task, wait: number, tag: string | null = null): Promise<string | null> {
  const at = cursor();
  const url = at === null ? door.path() : door.path("/poll") + query({ cursor: at, wait: wait ? String(wait) : null });
  const headers: HeadersInit = tag ? { "If-None-Match": tag } : {};
  return timed(signal, wait + kPatience, async (limit) => {
    const answer = await door.ask(url, { headers, signal: limit });
    if (answer.status === 304) return took(), tag;
    const batch = (await answer.json()) as Batch;
    take(batch);
    // Pages of other origins do not see the tag and do without.
    return batch.cursor === at ? answer.headers.get("ETag") : null;
  });
}
