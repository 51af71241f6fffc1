import assert from "node:assert/strict";
import { copyFile, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startTestRedis, type TestRedis } from "../testing/redis.js";
import { ROOT, runToEnd } from "../testing/run-app.js";

let redis: TestRedis;
let folder: string;

before(async () => {
  redis = await startTestRedis();
  folder = await mkdtemp(join(tmpdir(), "bullpen-startup-"));
});
after(async () => {
  await redis.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Starts an app that must refuse: exit code 1, a sentence that names the cause, no stack trace. */
async function refuses(app: string, env: Record<string, string>, ...sentences: RegExp[]): Promise<void> {
  const settings = { REDIS_URL: redis.url, API_PORT: "0", DASHBOARD_PORT: "0", ...env };
  const { code, stderr } = await runToEnd([`apps/${app}/dist/main.js`], settings);
  const said = stderr
    .split("\n")
    .filter((line) => !line.startsWith("{"))
    .join("\n");
  assert.equal(code, 1, said);
  for (const sentence of sentences) assert.match(said, sentence);
  assert.doesNotMatch(said, /^\s+at /m, "no stack trace");
}

test("a missing model file", () =>
  refuses("worker", { MODEL: join(folder, "absent.gguf") }, /absent\.gguf/, /Check the path/));

test("a model alias that nobody knows", () => refuses("worker", { MODEL: "mixtal" }, /MODEL=mixtal/, /demo/));

test("a file that is no model", async () => {
  const path = join(folder, "text.gguf");
  await writeFile(path, "hello ".repeat(100));
  await refuses("worker", { MODEL: path }, /text\.gguf/);
});

test("a model file that was cut short", async () => {
  const path = join(folder, "short.gguf");
  await copyFile(join(ROOT, "models/demo/bullpen-demo.gguf"), path);
  await truncate(path, 5_000_000);
  await refuses("worker", { MODEL: path }, /short\.gguf/, /again/);
});

for (const app of ["api", "worker", "tool-worker", "dashboard"]) {
  test(`${app}: a Redis that refuses the connection`, () =>
    refuses(
      app,
      { REDIS_URL: "redis://127.0.0.1:1" },
      /redis:\/\/127\.0\.0\.1:1/,
      /ECONNREFUSED/,
      /REDIS_URL/,
    ));
}

test("a Redis that wants a password, and a password that is not shown", async () => {
  await redis.connection.config("SET", "requirepass", "right");
  try {
    await refuses("api", {}, /NOAUTH/, /REDIS_URL/);
    const wrong = redis.url.replace("//", "//default:wrong-secret@");
    const { stderr } = await runToEnd(["apps/api/dist/main.js"], { REDIS_URL: wrong, API_PORT: "0" });
    assert.match(stderr, /WRONGPASS/);
    assert.doesNotMatch(stderr, /wrong-secret/);
  } finally {
    await redis.connection.config("SET", "requirepass", "");
  }
});

test("a Redis older than 6.2", async () => {
  const old = await startOldRedis("5.0.7");
  const address = old.address();
  const port = typeof address === "object" ? address?.port : undefined;
  try {
    await refuses("api", { REDIS_URL: `redis://127.0.0.1:${port}` }, /version 5\.0/, /6\.2 or newer/);
  } finally {
    old.close();
  }
});

test("a port that is taken", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? String(address?.port) : "";
  try {
    await refuses("api", { API_PORT: port }, new RegExp(`Port ${port} .* taken`), /API_PORT/);
    await refuses(
      "dashboard",
      { DASHBOARD_PORT: port },
      new RegExp(`Port ${port} .* taken`),
      /DASHBOARD_PORT/,
    );
  } finally {
    server.close();
  }
});

test("settings that make no sense are all named", () =>
  refuses("worker", { SLOTS: "many", GPU: "yes", THREADS: "0" }, /SLOTS=many/, /GPU=yes/, /THREADS=0/));

test("an address that this machine does not have", () =>
  refuses("api", { HOST: "203.0.113.7" }, /HOST=203\.0\.113\.7/));

/**
 * A stand-in of the wire: no Redis this old can be installed any more. It answers every command with
 * OK but INFO, which names its version.
 */
async function startOldRedis(version: string): Promise<Server> {
  const info = `# Server\r\nredis_version:${version}\r\n`;
  const server = createServer((socket) => {
    socket.on("data", (chunk) => {
      // Commands are RESP arrays, `*<count>`; one reply for each.
      for (const command of chunk.toString().split(/(?=\*\d+\r\n)/)) {
        socket.write(/\r\ninfo\r\n/i.test(command) ? `$${info.length}\r\n${info}\r\n` : "+OK\r\n");
      }
    });
    socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}
