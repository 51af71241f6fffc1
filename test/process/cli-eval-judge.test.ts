import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json as readJson } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import { finalAnswer } from "../testing/action.js";
import { type BatchHarness, startBatchHarness } from "../testing/batch-harness.js";
import { runCli, startCli } from "../testing/cli.js";
import { type DatasetLine, outcomesOf, readResult, writeDataset } from "../testing/evaluations.js";

let harness: BatchHarness;
const folder = await mkdtemp(join(tmpdir(), "bullpen-eval-judge-"));

before(async () => {
  harness = await startBatchHarness({
    script: ({ messages }) => {
      const isJudge = messages.some(({ content }) => content.includes("You grade the answer"));
      return isJudge ? "It says so.\nVERDICT: correct" : finalAnswer(`You said: ${messages.at(-1)?.content}`);
    },
  });
});
after(async () => {
  await harness.stop();
  await rm(folder, { recursive: true, force: true });
});

const dataset = (name: string, lines: readonly DatasetLine[]) => writeDataset(folder, name, lines);

function evaluate(...args: string[]) {
  return runCli(["eval", ...args, "--url", harness.api.url]);
}

describe("judges", () => {
  const judged: readonly DatasetLine[] = [
    { id: "a", question: "capital? Paris", answer: "Paris", check: "judge" },
    { id: "b", question: "hostile", answer: "Rome", check: { type: "judge", criteria: "Be strict." } },
    { id: "c", question: "mute", answer: "Rome", check: "judge" },
  ];

  test("a model of another server judges, and its prompt and verdict are kept", async () => {
    let busy = true;
    const authorizations = new Set<string | undefined>();
    const server = createServer(async (request, response) => {
      authorizations.add(request.headers.authorization);
      const { messages } = (await readJson(request)) as { messages: { content: string }[] }; // as the judge sends it
      if (busy) {
        busy = false;
        response.writeHead(503).end("busy");
        return;
      }
      const prompt = messages.at(-1)?.content ?? "";
      const content = prompt.includes("mute")
        ? "I cannot say."
        : `Compared.\nVERDICT: ${prompt.includes("Rome") ? "incorrect" : "correct"}`;
      response.end(JSON.stringify({ choices: [{ message: { content } }] }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo; // a TCP server's address is never a string
    const url = `http://127.0.0.1:${port}/v1/`;
    try {
      const output = join(folder, "judged");
      const run = startCli(
        [
          "eval",
          await dataset("judged.jsonl", judged),
          "-o",
          output,
          "--judge-model",
          "j",
          "--judge-url",
          url,
          "--url",
          harness.api.url,
        ],
        { env: { JUDGE_API_KEY: "sesame-key" } },
      );
      const { code, stderr } = await run.ended;
      assert.equal(code, 3, stderr);
      const result = await readResult(output);
      assert.deepEqual(outcomesOf(result), { a: "right", b: "wrong", c: "unjudged" });
      assert.equal(result.summary.accuracy, 0.5);
      const [first, second] = result.cases;
      assert.match(first?.judgement?.prompt ?? "", /Right answer:\n~~~~\nParis\n~~~~/);
      assert.match(second?.judgement?.prompt ?? "", /Criteria:\n~~~~\nBe strict\./);
      assert.equal(first?.judgement?.reply, "Compared.\nVERDICT: correct");
      assert.deepEqual([...authorizations], ["Bearer sesame-key"]);
      const kept = await readFile(join(output, "run.json"), "utf8");
      assert.ok(!kept.includes("sesame-key"), "the key is written nowhere");
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  test("the URL of a judge must be one without a login", async () => {
    const output = join(folder, "away");
    const path = await dataset("away.jsonl", judged.slice(0, 1));
    for (const url of ["http://u:secretword@127.0.0.1:9/v1", "nowhere"]) {
      const { code, stderr } = await evaluate(
        path,
        "-o",
        `${output}-x`,
        "--judge-model",
        "j",
        "--judge-url",
        url,
      );
      assert.equal(code, 1);
      assert.match(stderr, /--judge-url must/);
      assert.ok(!stderr.includes("secretword"));
    }
  });

  test("a model of this Bullpen judges", async () => {
    const output = join(folder, "own");
    const path = await dataset("own.jsonl", [
      { id: "a", question: "say something", answer: "hostile", check: "judge" },
    ]);
    const { code, stderr } = await evaluate(path, "-o", output, "--judge-model", "scripted");
    assert.equal(code, 0, stderr);
    assert.deepEqual(outcomesOf(await readResult(output)), { a: "right" });
  });
});
