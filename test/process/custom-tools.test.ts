import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { verifies } from "../source-checks/requirements/requirements.js";
import { action, finalAnswer } from "../testing/action.js";
import { startAgentHarness } from "../testing/agent-harness.js";
import { ROOT, runToEnd } from "../testing/run-app.js";
import { startTestToolWorkers } from "../testing/tool-workers.js";

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "bullpen-custom-"));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

test(verifies(["custom-tools"], "a scaffolded tool is called by an agent as it is"), async (t) => {
  const folder = await temporaryFolder(t);
  const scaffold = (name: string, ...options: string[]) =>
    runToEnd([join(ROOT, "apps/cli/bin/bullpen.js"), "tool", "new", name, "--folder", folder, ...options]);
  assert.equal((await scaffold("Repeat it")).code, 0);
  assert.equal((await scaffold("Turn.around", "--text")).code, 0);
  assert.deepEqual((await readdir(folder)).sort(), ["repeat-it.ts", "turn-around.ts"]);
  const again = await scaffold("repeat IT");
  assert.equal(again.code, 1);
  assert.match(again.stderr, /repeat-it\.ts is there already\./);
  assert.match((await scaffold("a/b")).stderr, /cannot be a tool's name/);

  const harness = await startAgentHarness({
    script: ({ messages }) => {
      const said = messages.filter((message) => message.role === "tool").map((message) => message.content);
      if (said.length === 0) return action("Repeat it", { text: "ab", times: 3 });
      if (said.length === 1) return action("turn.around", "stressed");
      return finalAnswer(said.join(" "));
    },
  });
  const toolWorkers = await startTestToolWorkers(harness.redis.url, { TOOLS_FOLDER: folder });
  t.after(async () => {
    await toolWorkers.stop();
    await harness.stop();
  });
  const record = await harness.ended(await harness.submit("?", { tools: ["Repeat it", "Turn.around"] }));
  assert.deepEqual(record.outcome, { status: "completed", answer: "ababab desserts" });
});

test(verifies(["custom-tools"], "a bad module stops the tool-worker with a sentence"), async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(
    join(folder, "bad.ts"),
    "export default { name: 'Bad', description: 'd', example: 'e', run: 7 };",
  );
  const { code, stderr } = await runToEnd([join(ROOT, "apps/tool-worker/dist/main.js")], {
    TOOLS_FOLDER: folder,
  });
  assert.equal(code, 1);
  assert.equal(
    stderr.trim(),
    `TOOLS_FOLDER: ${join(folder, "bad.ts")} is not a tool: run: must be a function.`,
  );
});
