import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { finalAnswer } from "../testing/action.js";
import { startTestApi, type TestApi } from "../testing/api.js";
import { type BatchHarness, startBatchHarness } from "../testing/batch-harness.js";
import { answerOf, parseJsonl, type ResultLine } from "../testing/batch-lines.js";
import { type CliRun, runCli, startCli } from "../testing/cli.js";
import { startFaultyTcpProxy } from "../testing/faulty-tcp-proxy.js";
import { until } from "../testing/until.js";
import { untilAborted } from "../testing/until-aborted.js";

let harness: BatchHarness;
const folder = await mkdtemp(join(tmpdir(), "bullpen-cli-watch-"));
/** Questions that begin with "wait" are answered once the gate of the test is open. */
let openGate = () => {};
let gate = Promise.resolve();

function closeGate(): void {
  gate = new Promise((open) => {
    openGate = open;
  });
}

before(async () => {
  harness = await startBatchHarness({
    slots: 40,
    script: async ({ messages }, _call, signal) => {
      const question = messages.at(-1)?.content ?? "";
      if (question.startsWith("wait")) await Promise.race([gate, untilAborted(signal)]);
      return finalAnswer(`You said: ${question}`);
    },
  });
});
after(async () => {
  openGate();
  await harness.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Ten questions that are answered at once (a chunk of their own), then thirty that wait for the gate. */
async function questions(name: string): Promise<string> {
  const path = join(folder, name);
  const lines = Array.from({ length: 40 }, (_, i) => `${i < 10 ? "quick" : "wait"} ${i}`);
  await writeFile(path, `${lines.join("\n")}\n`);
  return path;
}

async function resultsIn(path: string): Promise<(string | undefined)[]> {
  return parseJsonl<ResultLine>(await readFile(path, "utf8")).map(answerOf);
}

const ALL = Array.from({ length: 40 }, (_, i) => `You said: ${i < 10 ? "quick" : "wait"} ${i}`);

/** Waits until the first chunk's results have come. */
async function untilBegun(run: CliRun, path: string): Promise<void> {
  await until(`results in ${path}`, async () => {
    const text = await readFile(path, "utf8").catch(() => "");
    if (text.split("\n").length > 10) return true;
    const ended = await Promise.race([run.ended, undefined]);
    if (ended) throw new Error(`ended with ${ended.code}: ${ended.stderr}`);
    return false;
  });
}

test("--watch and -o survive an api that restarts: each line once, in order", async () => {
  closeGate();
  const output = join(folder, "restart.jsonl");
  const options = { DATA_DIR: harness.dataDir };
  let api: TestApi = await startTestApi(harness.agents.redis.url, options);
  const port = Number(new URL(api.url).port);
  const run = startCli([
    "batch",
    "submit",
    await questions("restart.txt"),
    "--watch",
    "-o",
    output,
    "--url",
    api.url,
  ]);
  await untilBegun(run, output);
  await api.stop();
  await until("the outage is noticed", () => run.stderr().includes("went away"));
  openGate();
  api = await startTestApi(harness.agents.redis.url, { ...options, API_PORT: port });
  const { code, stderr } = await run.ended;
  await api.stop();
  assert.equal(code, 0, stderr);
  assert.equal(stderr.match(/went away/g)?.length, 1, stderr);
  assert.match(stderr, /The api is back\./);
  assert.deepEqual(await resultsIn(output), ALL);
});

test("Ctrl-C leaves the batch running and prints how to resume", async () => {
  closeGate();
  const output = join(folder, "left.jsonl");
  const run = startCli([
    "batch",
    "submit",
    await questions("left.txt"),
    "-o",
    output,
    "--url",
    harness.api.url,
  ]);
  await untilBegun(run, output);
  run.interrupt();
  const { code, stdout, stderr } = await run.ended;
  const id = stdout.trim();
  assert.equal(code, 130);
  assert.equal((await harness.client.batches.get(id)).status, "in_progress");
  assert.match(stderr, new RegExp(`npx bullpen batch status ${id} --watch --url ${harness.api.url} `));
  assert.match(stderr, new RegExp(`npx bullpen batch cancel ${id} `));
  const [, resume = ""] = /npx bullpen (batch results .*?) {2}/.exec(stderr) ?? [];
  assert.match(resume, /--resume/);
  assert.equal((await resultsIn(output)).length, 10);
  await truncate(output, 1_000); // as a crash in the middle of a line would
  const soFar = await runCli(resume.split(" "));
  assert.equal(soFar.code, 0, soFar.stderr);
  assert.match(soFar.stderr, /10 lines of 40 so far/);
  assert.deepEqual(await resultsIn(output), ALL.slice(0, 10));
  openGate();
  const whole = await runCli([...resume.split(" "), "--follow"]);
  assert.equal(whole.code, 0, whole.stderr);
  assert.deepEqual(await resultsIn(output), ALL);
});

test("--resume refuses a file that holds something else", async () => {
  const path = join(folder, "other.jsonl");
  await writeFile(path, "another batch's line\n");
  const { data } = await harness.client.batches.list({ limit: 1 });
  const args = ["batch", "results", data[0]?.id ?? "", "-o", path, "--resume", "--url", harness.api.url];
  const { code, stderr } = await runCli(args);
  assert.equal(code, 1);
  assert.match(stderr, /does not hold the first results of batch_/);
  assert.equal(await readFile(path, "utf8"), "another batch's line\n");
});

test("status, list and cancel show a running batch and end it", async () => {
  closeGate();
  const at = ["--url", harness.api.url];
  const { stdout, stderr } = await runCli(["batch", "submit", await questions("shown.txt"), ...at]);
  const id = stdout.trim();
  assert.match(stderr, new RegExp(`npx bullpen batch results ${id} -o results.jsonl`));
  await until("the first lines end", async () => {
    return (await harness.client.batches.get(id)).request_counts?.completed === 10;
  });
  assert.match(
    (await runCli(["status", ...at])).stdout,
    new RegExp(`${id} in_progress, 10/40 lines, .* left`),
  );
  assert.match((await runCli(["batch", "list", ...at])).stdout, new RegExp(`${id} +in_progress +10/40 `));
  assert.match((await runCli(["batch", "status", id, ...at])).stdout, /40: 10 answered, 0 failed/);
  const watch = startCli(["batch", "status", id, "--watch", ...at]);
  assert.match(
    (await runCli(["batch", "cancel", id, ...at])).stdout,
    /is being cancelled; what was answered is kept/,
  );
  const watched = await watch.ended;
  assert.equal(watched.code, 1);
  assert.match(watched.stderr, /cancelled after .*: 10 answered, 30 failed/);
  const again = await runCli(["batch", "cancel", id, ...at]);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /has ended already \(cancelled\)/);
  openGate();
});

test("an unknown id is reported", async () => {
  const { code, stderr } = await runCli(["batch", "results", "batch_1", "--url", harness.api.url]);
  assert.equal(code, 1);
  assert.match(stderr, /There is no batch "batch_1"/);
});

test("Ctrl-C during an upload leaves no file and no batch", async () => {
  // Larger than what sockets hold, through a way that stops taking bytes.
  const path = join(folder, "large.txt");
  await writeFile(path, `${"a question ".repeat(90)}\n`.repeat(20_000));
  const way = await startFaultyTcpProxy(harness.api.url, { takes: 1_000_000 });
  const before = (await harness.client.batches.list()).data.length;
  const run = startCli(["batch", "submit", path, "--url", way.url]);
  await until("the upload is under way", () => way.isFull());
  run.interrupt();
  const { code, stdout, stderr } = await run.ended;
  way.close();
  assert.equal(code, 130);
  assert.equal(stdout, "");
  assert.match(stderr, /Stopped\. No batch was created\./);
  assert.equal((await harness.client.batches.list()).data.length, before);
  await until("the api drops what came", async () => {
    const files = await harness.client.files.list();
    return files.data.every((file) => file.filename !== "large.jsonl");
  });
});

test("results are complete through a connection that breaks in the middle of lines", async () => {
  openGate();
  const submitted = await runCli([
    "batch",
    "submit",
    await questions("cut.txt"),
    "--watch",
    "--url",
    harness.api.url,
  ]);
  const output = join(folder, "cut.jsonl");
  const way = await startFaultyTcpProxy(harness.api.url, { breaksAfter: 6_000 });
  const args = ["batch", "results", submitted.stdout.trim(), "-o", output, "--url", way.url];
  const { code, stderr } = await runCli(args);
  way.close();
  assert.equal(code, 0, stderr);
  assert.ok(way.broken() >= 3, `broke ${way.broken()} times`);
  assert.deepEqual(await resultsIn(output), ALL);
});

test("a full disk is reported with the way to go on, and written results are kept", async () => {
  const { data } = await harness.client.batches.list({ limit: 1 });
  const output = join(folder, "full.jsonl");
  const args = ["batch", "results", data[0]?.id ?? "", "-o", output, "--url", harness.api.url];
  const { code, stderr } = await startCli(args, { largestFile: 20 }).ended;
  assert.equal(code, 1);
  const [, goOn = ""] = /is full\. Make room, then go on with\n {2}npx bullpen (.*)\n/.exec(stderr) ?? [];
  assert.notEqual(goOn, "", stderr);
  assert.equal((await runCli(goOn.split(" "))).code, 0);
  assert.deepEqual(await resultsIn(output), ALL);
});
