import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { publint } from "publint";
import { ROOT } from "../testing/run-app.js";
import { until } from "../testing/until.js";
import { Installation, processesOf, type Running } from "./installation.js";

const LIBRARIES = ["bullpen-client", "bullpen-tool-sdk"];

let installation: Installation;
const running: Running[] = [];
before(() => {
  installation = new Installation();
  installation.install();
});
after(async () => {
  for (const one of running) one.signal("SIGKILL");
  await Promise.all(running.map((one) => one.ended));
  installation?.remove();
});

function keep(started: Running): Running {
  running.push(started);
  return started;
}

for (const name of ["bullpen", ...LIBRARIES]) {
  test(`publint finds nothing in ${name}`, async () => {
    const bytes = readFileSync(installation.tarball(name));
    const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    const { messages } = await publint({ pack: { tarball: tarball as ArrayBuffer }, strict: true });
    assert.deepEqual(messages, []);
  });
}

for (const name of LIBRARIES) {
  test(`the types of ${name} resolve for Node and for bundlers`, () => {
    const attw = join(ROOT, "node_modules/.bin/attw");
    const args = [installation.tarball(name), "--profile", "esm-only", "--no-color"];
    const { status, stdout } = spawnSync(attw, args, { encoding: "utf8" });
    assert.equal(status, 0, stdout);
  });
}

test("every package brings its licence and a README, and nothing of the repository that it does not need", () => {
  for (const path of installation.tarballs) {
    const { stdout } = spawnSync("tar", ["tzf", path], { encoding: "utf8" });
    const names = stdout.trim().split("\n");
    for (const name of ["package/LICENSE", "package/README.md", "package/package.json"])
      assert.ok(names.includes(name), `${path} lacks ${name}`);
    const unwanted = names.filter((name) => /\.test\.|\.map$|\.tsbuildinfo$|(?<!\.d)\.ts$/.test(name));
    assert.deepEqual(
      unwanted.filter((name) => !name.startsWith("package/examples/tools/")),
      [],
      path,
    );
  }
});

const PROGRAM = `
import { BullpenClient, type QueryView } from "@bullpen/client";
import { defineTool } from "@bullpen/tool-sdk";
const bullpen = new BullpenClient({ url: "http://127.0.0.1:9" });
export const ask = (): Promise<QueryView[]> => bullpen.queries.runAll([{ query: "x", votes: 3 }]);
export default defineTool({
  name: "Repeat",
  description: "use it to repeat a text.",
  inputSchema: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
  run: ({ text }) => text.repeat(2),
});
`;

test("the libraries are typed where nothing else of Bullpen is installed", () => {
  const check = (source: string) => {
    writeFileSync(join(installation.folder, "program.ts"), source);
    const flags = [
      "--noEmit",
      "--strict",
      "--module",
      "nodenext",
      "--target",
      "es2023",
      "--skipLibCheck",
      "false",
    ];
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    const args = [tsc, ...flags, "--lib", "es2023,dom,dom.iterable,dom.asynciterable", "program.ts"];
    return spawnSync(process.execPath, args, { cwd: installation.folder, encoding: "utf8" });
  };
  const right = check(PROGRAM);
  assert.equal(right.stdout, "");
  assert.equal(right.status, 0);
  assert.match(check(PROGRAM.replace("votes: 3", "votes: 'three'")).stdout, /TS2322.*number/);
  assert.match(check(PROGRAM.replace("({ text })", "({ title })")).stdout, /TS2339.*'title'/);
});

test("bullpen up starts the whole stack from a clean folder, and Ctrl-C ends all of it", async () => {
  const up = keep(installation.startByNpx(["up"]));
  const { api, dashboard, redis, logs } = await up.untilUp();
  assert.match(redis, /^redis:\/\/127\.0\.0\.1:\d+$/);
  assert.ok(logs.startsWith(join(installation.home, ".bullpen/up")), logs);
  assert.match(await (await fetch(dashboard)).text(), /<title>Bullpen/);
  assert.equal((await fetch(`${api}/openapi.json`)).status, 200);

  // From another folder: the command finds the stack that runs.
  const asked = await installation.bullpen(["query", "what is 85 times 9443?"], installation.home);
  assert.match(asked.stdout, /Calculator: .*85 \* 9443/);
  assert.match(asked.stdout, /^A .*802655/m);
  writeFileSync(join(installation.folder, "questions.csv"), "query\nwhat is 12 times 12?\n");
  const submitted = await installation.bullpen(["batch", "submit", "questions.csv", "-o", "results.jsonl"]);
  assert.equal(submitted.code, 0, submitted.stderr);
  assert.match(readFileSync(join(installation.folder, "results.jsonl"), "utf8"), /144/);
  const doctor = await installation.bullpen(["doctor"]);
  assert.match(doctor.stdout, /nothing fails/);

  up.signal("SIGINT");
  await up.ended;
  assert.match(up.stdout, /stopping; Ctrl-C again ends everything at once/);
  await until("all processes are gone", () => processesOf(dirname(installation.folder)).length === 0);
});

test("bullpen up takes a model by its path, data from another folder, and tools that import the SDK", async () => {
  copyFileSync(join(ROOT, "models/demo/bullpen-demo.gguf"), join(installation.folder, "own.gguf"));
  const tools = join(installation.folder, "tools");
  assert.equal((await installation.bullpen(["tool", "new", "Word count", "--folder", "tools"])).code, 0);
  const up = keep(installation.start(["up", "--model", "./own.gguf", "--data", "data", "--tools", "tools"]));
  const { api, logs } = await up.untilUp();
  assert.ok(logs.startsWith(join(installation.folder, "data")), logs);
  assert.match(await (await fetch(`${api}/v1/models`)).text(), /own/);
  assert.match(await (await fetch(`${api}/v1/tools`)).text(), /Word count/, tools);
  up.signal("SIGTERM");
  assert.equal((await up.ended).code, 0);
});

test("a machine without Redis gets it from its package manager, or is told what to do", async () => {
  const programs = join(installation.folder, "programs");
  mkdirSync(programs);
  const link = (name: string) => {
    const { stdout } = spawnSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" });
    symlinkSync(stdout.trim(), join(programs, name));
  };
  for (const name of ["node", "sh"]) link(name);
  const refused = await installation.bullpen(["up"], undefined, { PATH: programs });
  assert.equal(refused.code, 1);
  assert.equal(
    refused.stderr,
    "There is no REDIS_URL and no redis-server or valkey-server, and no package manager that this script knows. Install Redis 6.2 or newer, or set REDIS_URL.\n",
  );

  const { stdout: server } = spawnSync("sh", ["-c", "command -v redis-server"], { encoding: "utf8" });
  const apt = `#!/bin/sh\n[ "$1" = install ] && /bin/ln -s ${server.trim()} ${programs}/redis-server\nexit 0\n`;
  for (const name of ["apt-get", "sudo"]) {
    const text = name === "sudo" ? '#!/bin/sh\nexec "$@"\n' : apt;
    writeFileSync(join(programs, name), text, { mode: 0o755 });
  }
  const up = keep(installation.start(["up", "--data", "other"], { PATH: programs }));
  await up.untilUp();
  assert.match(up.stderr, /installing redis-server with apt-get/);
  up.signal("SIGINT");
  assert.equal((await up.ended).code, 0);
});
