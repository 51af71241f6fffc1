import assert from "node:assert/strict";
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Stack } from "@bullpen/cli/stack/start-stack";
import { ROOT } from "../testing/run-app.js";
import { runSession } from "../testing/session.js";
import { startTestStack } from "../testing/stack.js";

const SESSIONS = join(ROOT, "apps/cli/sessions");

const QUERIES = ["what is 85 times 9443?", "what is 12 times 34?"].map((query) => JSON.stringify({ query }));

/** One for all sessions: to start it takes longer than to run them. */
let stack: Stack;
before(async () => {
  stack = await startTestStack();
});
after(() => stack.stop());

for (const name of await readdir(SESSIONS)) {
  test(`the session runs as it is written: ${name}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), "bullpen-session-"));
    try {
      for (const file of ["questions.csv", "questions.txt"]) {
        await copyFile(join(ROOT, "examples", file), join(folder, file));
      }
      await writeFile(join(folder, "queries.jsonl"), `${QUERIES.join("\n")}\n`);
      const page = await readFile(join(SESSIONS, name), "utf8");
      const commands = await runSession(page, { folder, env: { BULLPEN_URL: stack.apiUrl } });
      assert.ok(commands > 0, "a session without a command");
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}
