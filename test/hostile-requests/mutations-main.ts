import { parseArgs } from "node:util";
import { BullpenClient } from "@bullpen/client";
import type { OpenApiDocument } from "@bullpen/protocol/openapi";
import { runMutations } from "./run-mutations.js";
import { startInstantStack } from "./start-instant-stack.js";

// Run by scripts/mutations.mjs: mutations of valid requests against a whole Bullpen.

const { values } = parseArgs({
  options: { requests: { type: "string", default: "20000" }, seed: { type: "string" } },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
console.log(`seed ${seed}: the same requests come again with --seed=${seed}`);
const { stack, stop } = await startInstantStack({ WEBHOOKS_ALLOW_PRIVATE: "true" });
try {
  const begun = Date.now();
  const { pid } = stack.process("api");
  const document = (await (await fetch(`${stack.apiUrl}/openapi.json`)).json()) as OpenApiDocument; // ours
  const { sent, byStatus, problems } = await runMutations({
    url: stack.apiUrl,
    client: new BullpenClient({ url: stack.apiUrl }),
    document,
    count: Number(values.requests),
    seed,
    isAlive: () => stack.process("api").pid === pid,
  });
  const statuses = [...byStatus].sort(([a], [b]) => (a < b ? -1 : 1));
  console.log(`${sent} requests in ${Math.round((Date.now() - begun) / 1_000)} s`);
  console.log(statuses.map(([status, count]) => `${status}: ${count}`).join(", "));
  for (const problem of problems) console.log(`\n${problem}`);
  console.log(
    problems.length === 0
      ? "No answer that must not be."
      : `\n${problems.length} kinds of answers must not be.`,
  );
  if (problems.length > 0) process.exitCode = 1;
} finally {
  await stop();
}
