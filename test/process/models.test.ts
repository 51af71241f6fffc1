import assert from "node:assert/strict";
import { copyFile, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { HubServer } from "@bullpen/llm/testing/hub-server";
import { z } from "zod";
import { type CliRun, startCli } from "../testing/cli.js";
import { type Ended, ROOT, runToEnd } from "../testing/run-app.js";
import { until } from "../testing/until.js";

const DEMO_FILE = join(ROOT, "models/demo/bullpen-demo.gguf");
const URI = "hf:maker/small-GGUF/small.gguf";

let hub: HubServer;
let folder: string;
let env: Record<string, string>;
beforeEach(async () => {
  hub = await HubServer.start();
  hub.put("/maker/small-GGUF/resolve/main/small.gguf", await readFile(DEMO_FILE));
  folder = await mkdtemp(join(tmpdir(), "bullpen-models-"));
  env = {
    MODELS_DIR: join(folder, "models"),
    HF_ENDPOINT: hub.url,
    HF_HOME: folder,
    HF_TOKEN: "",
    NO_COLOR: "1",
  };
});
afterEach(async () => {
  await hub.stop();
  await rm(folder, { recursive: true, force: true });
});

function start(...args: string[]): CliRun {
  return startCli(["models", ...args], { env });
}

/** Larger than the part of the download that the tests let through, smaller than the file, whatever a block is. */
const HALF_IN_BLOCKS = 12_000;

async function models(...args: string[]): Promise<Ended> {
  const run = start(...args);
  run.stdin.end();
  return run.ended;
}

const place = () => join(folder, "models/hf/maker/small-GGUF");

describe("bullpen models pull", () => {
  test("keeps what has come at Ctrl-C, says how to go on, and goes on", async () => {
    hub.answerNext(hub.faulty({ stallAfter: 5_000_000 }));
    const run = start("pull", URI);
    const part = join(place(), "small.gguf.part");
    await until("half of the file is there", async () => {
      const file = await stat(part).catch(() => undefined);
      return file !== undefined && file.size >= 4_500_000;
    });
    run.interrupt();
    const { code, stderr } = await run.ended;
    assert.equal(code, 130);
    assert.match(stderr, /Stopped\. What has come is kept: the same command goes on from there\./);
    assert.doesNotMatch(stderr, /\n {4}at /);
    const again = await models("pull", URI, "--json");
    assert.equal(again.code, 0, again.stderr);
    const said = z
      .strictObject({
        model: z.literal(URI),
        path: z.string(),
        files: z.array(z.string()),
        bytes: z.int(),
        downloaded: z.literal(true),
      })
      .parse(JSON.parse(again.stdout));
    assert.ok((await readFile(said.path)).equals(await readFile(DEMO_FILE)));
    assert.match(hub.requests.at(-1)?.headers.range ?? "", /^bytes=\d{7}-$/);
    assert.deepEqual(await readdir(place()), ["small.gguf"]);
  });

  test("tries again after a cut and says so, without a terminal in lines", async () => {
    hub.answerNext(hub.faulty({ cutAfter: 3_000_000 }));
    const { code, stderr, stdout } = await models("pull", URI);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^the connection was cut \(.*\); trying again in 1 s$/m);
    assert.ok(!stderr.includes("\u001b"), "no control sequences");
    assert.match(
      stdout,
      /^hf:maker\/small-GGUF\/small\.gguf is here: .*small\.gguf \(20 MB\)\nStart it: npx bullpen up/,
    );
  });

  test("a refusal is a sentence with the remedy, and shows no token", async () => {
    hub.answerNext(hub.status(403));
    env.HF_TOKEN = "hf_abcdefghijklmnop12345";
    const { code, stderr } = await models("pull", URI);
    assert.equal(code, 1);
    assert.match(stderr, /the hub refuses this token \(403\)\. Check HF_TOKEN/);
    assert.doesNotMatch(stderr, /hf_abc|\n {4}at /);
  });

  test("a file that cannot grow keeps what has come, says so, and goes on", async () => {
    // Node would end at the signal that the system sends beside the error.
    const ignore = "--import=data:text/javascript,process.on(%22SIGXFSZ%22,()=%3E%7B%7D)";
    const limited = { ...env, NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} ${ignore}` };
    const run = startCli(["models", "pull", URI], { env: limited, largestFile: HALF_IN_BLOCKS });
    const { code, stderr } = await run.ended;
    assert.equal(code, 1);
    assert.match(
      stderr,
      /small\.gguf cannot be written \(EFBIG.*MB of it are kept: make room or fix the folder/,
    );
    const again = await models("pull", URI);
    assert.equal(again.code, 0, again.stderr);
    assert.match(hub.requests.at(-1)?.headers.range ?? "", /^bytes=\d{7,8}-$/);
    assert.ok((await readFile(join(place(), "small.gguf"))).equals(await readFile(DEMO_FILE)));
  });

  test("what no memory can hold is refused at the start of its download", async () => {
    hub.answerNext(hub.faulty({ headers: { "content-length": "900000000000000" } }));
    const { code, stderr } = await models("pull", URI);
    assert.equal(code, 1);
    assert.match(stderr, /small\.gguf needs 900 TB and does not fit.*models pull hf:.* --force/);
    assert.deepEqual(await readdir(place()), []);
  });

  test("HF_ENDPOINT must be a URL", async () => {
    env.HF_ENDPOINT = "mirror";
    const { code, stderr } = await models("pull", URI);
    assert.equal(code, 1);
    assert.match(stderr, /HF_ENDPOINT=mirror: must be a URL such as https:\/\/huggingface\.co/);
  });
});

describe("bullpen models rm", () => {
  test("asks, and where it cannot ask, wants --yes; then nothing is left", async () => {
    await models("pull", URI);
    const { code, stderr } = await models("rm", URI);
    assert.equal(code, 1);
    assert.match(stderr, /\(20 MB\) would be deleted\. There is no terminal to ask on: say --yes\./);
    const removed = await models("rm", URI, "--yes");
    assert.equal(removed.stdout, `Deleted ${URI}: 20 MB are free again.\n`);
    assert.deepEqual(await readdir(join(folder, "models")), []);
  });

  test("deletes no file that was not downloaded", async () => {
    const mine = join(folder, "mine.gguf");
    await copyFile(DEMO_FILE, mine);
    for (const name of [mine, "demo"]) {
      const { code, stderr } = await models("rm", name, "--yes");
      assert.equal(code, 1);
      assert.match(stderr, /There is no file|was not downloaded, so it is not deleted/);
    }
    assert.ok((await stat(mine)).size > 0 && (await stat(DEMO_FILE)).size > 0);
  });
});

describe("bullpen models list", () => {
  test("shows what an earlier version of Bullpen has downloaded, which is still used", async () => {
    const { code } = await models("list");
    assert.equal(code, 0);
    await models("pull", URI);
    // As node-llama-cpp named it.
    const earlier = join(folder, "models/hf_maker_small.gguf");
    await copyFile(DEMO_FILE, earlier);
    await rm(join(folder, "models/hf"), { recursive: true });
    const listed = await models("list", "--local", "--json");
    assert.match(listed.stdout, /hf_maker_small\.gguf/);
    const pulled = await models("pull", URI);
    assert.match(pulled.stdout, /is here already: .*hf_maker_small\.gguf/);
  });
});

describe("a model by its name or URI in a stack", () => {
  test("the demo runs with the model that is named, which it downloads first, and which cannot go while it runs", async () => {
    const results = join(folder, "r.jsonl");
    const args = ["demo", "--json", results, "--data", join(folder, "data"), "--model", URI];
    const run = startCli(args, { env });
    await until("the queries are answered", () => stat(results).catch(() => undefined), 110_000);
    const busy = await models("rm", URI, "--yes");
    assert.equal(busy.code, 1);
    assert.match(busy.stderr, /small\.gguf is in use by process \d+\. Stop that first\./);
    run.interrupt();
    const { code, stderr } = await run.ended;
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^downloading hf:maker\/small-GGUF\/small\.gguf/m);
    assert.deepEqual(await readdir(place()), ["small.gguf"]);
    const lines = (await readFile(results, "utf8")).trim().split("\n");
    assert.ok(lines.length >= 40);
    assert.ok(lines.some((line) => line.includes("158.39")));
    assert.equal((await models("rm", URI, "--yes")).code, 0);
  });

  test("a name that means nothing ends the start at once, with what was meant", async () => {
    for (const args of [
      ["scripts/start.mjs", "up", "--model", "mixtral-8x7b-instuct"],
      ["scripts/start.mjs", "demo", "--model", "mixtral-8x7b-instuct"],
    ]) {
      const { code, stderr, stdout } = await runToEnd(args, {
        ...env,
        MODEL: "mixtral-8x7b-instuct",
        REDIS_URL: "redis://127.0.0.1:9",
      });
      assert.equal(code, 1);
      assert.match(
        stderr + stdout,
        /There is no model \\?"mixtral-8x7b-instuct\\?"\. Did you mean mixtral-8x7b-instruct\?/,
      );
      assert.doesNotMatch(stderr, /starting worker/);
    }
  });
});
