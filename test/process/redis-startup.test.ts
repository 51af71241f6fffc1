import assert from "node:assert/strict";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { connectRedis, RedisSetupError } from "@bullpen/redis";
import { startTestRedis, type TestRedis } from "../testing/redis.js";
import { redisCli } from "../testing/redis-cli.js";
import { ROOT, runToEnd } from "../testing/run-app.js";
import { until } from "../testing/until.js";

/** A certificate for 127.0.0.1 and localhost, its key, and the authority that signed it, for a hundred years. */
const TLS = join(ROOT, "test/testing/tls");

/** Connects, which must be refused with a sentence that holds all of these and no part of a password. */
async function refuses(url: string, ...said: RegExp[]): Promise<void> {
  await assert.rejects(connectRedis({ url, whenAway: "wait" }), (error) => {
    assert.ok(error instanceof RedisSetupError, String(error));
    for (const pattern of said) assert.match(error.message, pattern);
    assert.doesNotMatch(error.message, /secret/);
    return true;
  });
}

async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // of a TCP server
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

describe("a Redis that cannot be used is told at the start", () => {
  let redis: TestRedis;
  let tlsUrl: string;

  before(async () => {
    const tlsPort = await freePort();
    redis = await startTestRedis({
      "tls-port": tlsPort,
      "tls-cert-file": join(TLS, "server.pem"),
      "tls-key-file": join(TLS, "server.key"),
      "tls-ca-cert-file": join(TLS, "authority.pem"),
      "tls-auth-clients": "no",
    });
    tlsUrl = `rediss://127.0.0.1:${tlsPort}`;
  });
  after(() => redis.stop());

  test("a database that it does not have", async () => {
    await refuses(`${redis.url}/99`, /database/, /databases/, /0 to 15/);
    await refuses(`${redis.url}?db=99`, /database/);
    const connection = await connectRedis({ url: `${redis.url}/3`, whenAway: "wait" });
    await connection.set("where", "three");
    connection.disconnect();
    assert.equal(await redisCli(redis.url, "-n", "3", "GET", "where"), "three");
  });

  test("a replica", async () => {
    await redisCli(redis.url, "REPLICAOF", "127.0.0.1", "1");
    try {
      await refuses(redis.url, /read-only replica/, /READONLY/, /master/);
    } finally {
      await redisCli(redis.url, "REPLICAOF", "NO", "ONE");
    }
  });

  test("a wrong password", async () => {
    await redisCli(redis.url, "ACL", "SETUSER", "bob", "on", ">right", "+@all", "~*");
    for (const password of ["secret", encodeURIComponent("sec:r@e/t#secret")]) {
      await refuses(redis.url.replace("//", `//bob:${password}@`), /refused the credentials/, /WRONGPASS/);
    }
  });

  test("an authority that is not known, and one that NODE_EXTRA_CA_CERTS makes known", async () => {
    await refuses(tlsUrl, /authority/, /NODE_EXTRA_CA_CERTS/);
    const program = `
      import { connectRedis } from "./packages/redis/dist/index.js";
      const redis = await connectRedis({ url: process.env.URL, whenAway: "wait" });
      console.log(await redis.ping());
      redis.disconnect();`;
    const env = { URL: tlsUrl, NODE_EXTRA_CA_CERTS: join(TLS, "authority.pem") };
    const { stdout, stderr } = await runToEnd(["--input-type=module", "-e", program], env);
    assert.equal(stdout, "PONG\n", stderr);
  });

  test("TLS where none is spoken, and none where it is", async () => {
    await refuses(tlsUrl.replace("rediss:", "redis:"), /rediss:\/\//);
    await refuses(redis.url.replace("redis:", "rediss:"), /TLS/, /redis:\/\//);
  });

  test("something that is not Redis, a Sentinel, nobody", async () => {
    const http = createHttpServer((_request, response) => response.end("hello"));
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    const { port } = http.address() as AddressInfo; // of a TCP server
    await refuses(`redis://:secret@127.0.0.1:${port}`, /not Redis|without a word/);
    http.closeAllConnections();
    http.close();
    await refuses("redis://:secret@127.0.0.1:1", /ECONNREFUSED/, /Start Redis there/);
    await refuses("/nowhere/redis.sock", /ENOENT/, /Start Redis there/);
  });

  test("one that loads its data is waited for", async () => {
    await redisCli(redis.url, "DEBUG", "SLEEP", "0");
    for (let i = 0; i < 30; i++) await redis.connection.set(`key-${i}`, "x".repeat(100));
    await redisCli(redis.url, "BGREWRITEAOF");
    await until("the file is written", async () =>
      /aof_rewrite_in_progress:0[\s\S]*aof_last_bgrewrite_status:ok/.test(
        await redisCli(redis.url, "INFO", "persistence"),
      ),
    );
    await redis.kill();
    const restarting = redis.restart({
      "key-load-delay": "50000",
      "loading-process-events-interval-bytes": "1024",
    });
    await until("it loads", async () => /LOADING/.test(await redisCli(redis.url, "GET", "x").catch(String)));
    const connection = await connectRedis({ url: redis.url, whenAway: "fail-fast" });
    assert.equal(await connection.ping(), "PONG");
    connection.disconnect();
    await restarting;
  });
});
