// Server-sent events over fetch: EventSource can neither send a token nor say why it was refused.

import type { Batch } from "./book";
import { query } from "./door";
import { Acks, Ended, ended, type Task, Watch } from "./wire";

/** The daemon says something every 15 s. */
const kSilence = 40_000;

export async function stream(task: Task): Promise<never> {
  const { door } = task;
  const stop = new AbortController();
  const halt = (): void => stop.abort();
  task.signal.addEventListener("abort", halt);
  const watch = new Watch(kSilence, halt);
  // A lost one is made good by the cursor of the next request.
  const acks = new Acks(task.cursor, (cursor) => void door.post("ack", { cursor }).catch(() => undefined));
  try {
    if (task.signal.aborted) throw new Ended("cut");
    const answer = await door.ask(door.path("/stream") + query({ cursor: task.cursor() }), {
      headers: { Accept: "text/event-stream" },
      signal: stop.signal,
    });
    if (!answer.body) throw new Ended("cut");
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let held = ""; ; ) {
      const { done, value } = await reader.read();
      if (done) throw new Ended("cut");
      watch.beat();
      const events = (held + value).split("\n\n");
      held = events.pop() ?? "";
      for (const event of events) heard(event, task);
      acks.moved();
    }
  } finally {
    task.signal.removeEventListener("abort", halt);
    acks.end();
    watch.end();
    stop.abort();
  }
}

function heard(event: string, task: Task): void {
  let kind = "";
  let data = "";
  for (const line of event.split("\n")) {
    if (line.startsWith("event: ")) kind = line.slice(7);
    else if (line.startsWith("data: ")) data += line.slice(6);
  }
  if (!data) return;
  const said = JSON.parse(data) as Batch & { reason?: string };
  if (kind === "end") throw ended(said.reason);
  task.take(said);
}
