import assert from "node:assert/strict";
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Stack } from "@bullpen/cli/stack/start-stack";
import { HubServer } from "@bullpen/llm/testing/hub-server";
import { ROOT } from "../testing/run-app.js";
import { runSession } from "../testing/session.js";
import { startTestStack } from "../testing/stack.js";

const SESSIONS = join(ROOT, "apps/cli/sessions");

const QUERIES = ["what is 85 times 9443?", "what is 12 times 34?"].map((query) => JSON.stringify({ query }));

/** One for all sessions: to start it takes longer than to run them. */
let stack: Stack;
/** Where `hf:` models come from. */
let hub: HubServer;
before(async () => {
  stack = await startTestStack();
  hub = await HubServer.start();
  hub.put(
    "/maker/small-GGUF/resolve/main/small.gguf",
    await readFile(join(ROOT, "models/demo/bullpen-demo.gguf")),
  );
});
after(async () => {
  await hub.stop();
  await stack.stop();
});

for (const name of await readdir(SESSIONS)) {
  test(`the session runs as it is written: ${name}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), "bullpen-session-"));
    try {
      for (const file of ["questions.csv", "questions.txt"]) {
        await copyFile(join(ROOT, "examples", file), join(folder, file));
      }
      await writeFile(join(folder, "queries.jsonl"), `${QUERIES.join("\n")}\n`);
      const page = await readFile(join(SESSIONS, name), "utf8");
      const models = { MODELS_DIR: join(folder, "models"), HF_ENDPOINT: hub.url, HF_HOME: folder };
      const commands = await runSession(page, { folder, env: { BULLPEN_URL: stack.apiUrl, ...models } });
      assert.ok(commands > 0, "a session without a command");
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}
