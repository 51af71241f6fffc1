import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { takeDataFolder } from "@bullpen/cli/stack/data-folder";
import { type Stack, startStack } from "@bullpen/cli/stack/start-stack";
import { ROOT } from "./run-app.js";

/** The whole of Bullpen as its own processes, with the demo model, in a folder of the test's own. */
export async function startTestStack(
  env: Readonly<Record<string, string>> = {},
  /** Default: a Redis of the stack's own. */
  redisUrl?: string,
): Promise<Stack> {
  const parent = await mkdtemp(join(tmpdir(), "bullpen-stack-"));
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const stack = await startStack({
    folder: await takeDataFolder(join(parent, "stack"), false),
    redisUrl,
    env: {
      ...inherited,
      API_PORT: "0",
      DASHBOARD_PORT: "0",
      SEARCH_PROVIDER: "local",
      SEARCH_DOCUMENTS: join(ROOT, "examples/documents"),
      ...env,
    },
    preferredPorts: {},
  });
  return {
    ...stack,
    stop: async () => {
      await stack.stop();
      await rm(parent, { recursive: true, force: true });
    },
  };
}
