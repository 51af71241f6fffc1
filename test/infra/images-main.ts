// `npm run test:images`: builds each image by the steps of its Dockerfile and starts it, without a container engine. Needs
// root and unshare.
import assert from "node:assert/strict";
import { type ChildProcess, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { freePort } from "@bullpen/base/free-port";
import { startTestRedis, type TestRedis } from "../testing/redis.js";
import { ROOT } from "../testing/run-app.js";
import { until } from "../testing/until.js";
import { NativeImages } from "./native-images.js";

const FOLDER = join(ROOT, ".bullpen/native-images");
/** What an image may hold beside its base, in MiB: a dependency that drags much in is to be seen. */
const MOST_MIB = new Map([
  ["api", 150],
  ["batcher", 150],
  ["dashboard", 150],
  ["tool-worker", 200],
  ["worker", 210],
  ["worker-gpu", 900],
  ["worker-vllm", 210],
]);
/** vLLM is no more here than its image: its worker would wait for it. */
const NOT_STARTED = new Set(["worker-vllm"]);

const isReused = process.env.REUSE_IMAGES === "true";
const dockerfile = readFileSync(join(ROOT, "infra/docker/Dockerfile"), "utf8");
const images = new NativeImages(FOLDER, dockerfile, isReused);
let redis: TestRedis;
const started: ChildProcess[] = [];

before(async () => {
  redis = await startTestRedis();
});
after(async () => {
  for (const child of started) child.kill("SIGKILL");
  await redis.stop();
});

test("the stage that compiles is built from the lock file alone", () => {
  images.build("build");
  for (const path of ["built/apps/api/dist/main.js", "built/packages/queue/dist/index.js"]) {
    assert.ok(existsSync(join(images.rootOf("build"), path)), path);
  }
  const lock = (root: string) => readFileSync(join(root, "package-lock.json"), "utf8");
  assert.equal(lock(join(images.rootOf("build"), "app")), lock(ROOT), "npm ci leaves it as it is");
});

for (const [name, most] of MOST_MIB) {
  test(`${name} is built, small, and without what only compiling and testing need`, (t) => {
    images.build(name);
    const app = join(images.rootOf(name), "app");
    const { stdout } = spawnSync("du", ["--summarize", "--block-size=1M", app], { encoding: "utf8" });
    const size = Number.parseInt(stdout, 10);
    t.diagnostic(`${name}: ${size} MiB beside its base image`);
    assert.ok(size <= most, `${size} MiB`);
    for (const path of ["node_modules/typescript", "node_modules/@biomejs", "test", "apps/cli/dist"]) {
      assert.ok(!existsSync(join(app, path)), path);
    }
    const found = spawnSync("find", [
      app,
      "-path",
      "*/node_modules/*",
      "-prune",
      "-o",
      "-name",
      "*.test.js",
      "-print",
    ]);
    assert.equal(found.stdout.toString(), "");
  });
}

for (const name of MOST_MIB.keys()) {
  if (NOT_STARTED.has(name)) continue;
  test(`${name} starts as its user on a read-only file system, is healthy, and ends on SIGTERM`, async () => {
    const app = name.replace("-gpu", "");
    const port = await freePort();
    const settings = {
      REDIS_URL: redis.url,
      [`${app.replace("-", "_").toUpperCase()}_PORT`]: String(port),
      ALLOW_WITHOUT_KEYS: "true",
      ...(app === "tool-worker" && {
        SEARCH_PROVIDER: "local",
        NODE_OPTIONS: "--experimental-permission --allow-fs-read=* --allow-worker",
      }),
      ...(app === "worker" && { THREADS: "1", SLOTS: "2", GPU: "off" }),
      ...(app === "dashboard" && { API_URL: "http://127.0.0.1:1" }),
    };
    const child = images.start(name, settings);
    started.push(child);
    let said = "";
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (bytes: Buffer) => {
        said += bytes.toString();
      });
    const exit = new Promise((resolve) => child.once("exit", resolve));
    await until(`${name} is ready`, () => {
      if (child.exitCode !== null) throw new Error(said);
      return said.includes('"msg":"ready"');
    });
    assert.equal(images.checkHealth(name, settings), 0);
    const pid = innerOf(child);
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    assert.match(status, /^Uid:\s+1000\s/m);
    assert.match(status, /^CapEff:\s+0+$/m);
    assert.match(status, /^CapBnd:\s+0+$/m);
    assert.match(status, /^NoNewPrivs:\s+1$/m);
    process.kill(pid, "SIGTERM"); // as an engine does, to the first process of the container
    assert.equal(await exit, 0, said);
  });
}

/** The first process of the PID namespace that `child` has made. */
function innerOf(child: ChildProcess): number {
  const [pid] = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").split(" ");
  return Number(pid);
}

test("what only base images could do is left out, and known", { skip: isReused }, () => {
  const steps = images.leftOut.map(
    ({ stage, step }) => `${stage}: ${step.replace(/\s+/g, " ").slice(0, 40)}`,
  );
  assert.deepEqual(steps, [
    "worker-gpu: apt-get update && apt-get install -y --n",
    "worker-gpu: COPY --from=node /usr/local/bin/node /us",
    "worker-vllm: COPY --from=node /usr/local/bin/node /us",
  ]);
});
