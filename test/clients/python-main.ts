import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ModelRegistry } from "@bullpen/queue";
import { finalAnswer } from "../harness/action.js";
import { startBatchHouse } from "../harness/batch-house.js";

/** The Python script, seen from `test/dist/clients`. */
const SCRIPT = fileURLToPath(new URL("../../clients/openai_client.py", import.meta.url));

const house = await startBatchHouse({
  script: async ({ messages }, _call, signal) => {
    const question = messages.findLast((message) => message.role === "user")?.content ?? "";
    if (question.startsWith("hang")) {
      await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    }
    return finalAnswer(`You said: ${question}`);
  },
});
await new ModelRegistry(house.agents.redis.connection).register({ name: "scripted", context_tokens: 4_096 });
const child = spawn("python3", [SCRIPT], {
  env: { ...process.env, BASE_URL: `${house.api.url}/v1` },
  stdio: "inherit",
});
process.exitCode = await new Promise<number>((resolve) => child.once("exit", (code) => resolve(code ?? 1)));
await house.stop();
