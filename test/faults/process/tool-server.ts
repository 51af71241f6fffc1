import { setTimeout as sleep } from "node:timers/promises";
import { BullpenClient, type ServedCall } from "@bullpen/client";
import type { ToolServerReport } from "../tool-server-process.js";

/** A tool server as a caller runs one: it tells its parent what it does, and dies with it. */
const [, , url = "", lookUp = "", fileAway = ""] = process.argv;

/** Short, so that the calls of a life that was killed soon come again. */
const LEASE_SECONDS = 2;

const client = new BullpenClient({
  url,
  maxAttempts: Number.POSITIVE_INFINITY,
  fetch: async (input, init) => {
    const response = await fetch(input, init);
    const taken = response.ok && String(input).endsWith("/tool_outputs");
    const body: unknown = taken && init?.body ? JSON.parse(String(init.body)) : undefined;
    for (const id of idsIn(body)) tell({ type: "answered", call: id });
    return response;
  },
});

function idsIn(body: unknown): string[] {
  const outputs = (body as { tool_outputs?: { tool_call_id: string }[] } | undefined)?.tool_outputs ?? []; // sent by our own client
  return outputs.map(({ tool_call_id }) => tool_call_id);
}

function tell(report: ToolServerReport): void {
  process.send?.(report);
}

const run =
  (verb: string) =>
  async ({ text }: { text: string }, { id }: ServedCall) => {
    tell({ type: "begun", call: id });
    await sleep(10 + Math.random() * 40);
    return `${verb} ${text}`;
  };

process.on("disconnect", () => process.exit(0));
client.serveTools(
  { [lookUp]: run("looked"), [fileAway]: run("filed") },
  { concurrency: 16, leaseSeconds: LEASE_SECONDS },
);
tell({ type: "ready" });
