import assert from "node:assert/strict";
import { createServer as createHttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { freePort } from "@bullpen/base/free-port";
import { PemFileError } from "@bullpen/base/read-pem-file";
import { type ConnectOptions, connectRedis, RedisSetupError } from "@bullpen/redis";
import { startTestRedis, type TestRedis } from "../testing/redis.js";
import { redisCli } from "../testing/redis-cli.js";
import { runToEnd } from "../testing/run-app.js";
import { tlsFile } from "../testing/tls-files.js";
import { until } from "../testing/until.js";

type Target = Omit<ConnectOptions, "whenAway">;

/** Connects, which must be refused with a sentence that holds all of these and no part of a password. */
async function refuses(target: string | Target, ...said: RegExp[]): Promise<void> {
  const options = typeof target === "string" ? { url: target } : target;
  await assert.rejects(connectRedis({ ...options, whenAway: "wait" }), (error) => {
    assert.ok(error instanceof RedisSetupError || error instanceof PemFileError, String(error));
    for (const pattern of said) assert.match(error.message, pattern);
    assert.doesNotMatch(error.message, /secret/);
    return true;
  });
}

const tls = { ca: tlsFile("authority.pem") };

describe("a Redis that cannot be used is told at the start", () => {
  let redis: TestRedis;
  let tlsUrl: string;

  before(async () => {
    const tlsPort = String(await freePort());
    redis = await startTestRedis({
      "tls-port": tlsPort,
      "tls-cert-file": tlsFile("server.pem"),
      "tls-key-file": tlsFile("server.key"),
      "tls-ca-cert-file": tlsFile("authority.pem"),
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

  test("a password that is set apart from the URL", async () => {
    const password = "sec:r@e/t#%secret";
    await redisCli(redis.url, "ACL", "SETUSER", "carol", "on", `>${password}`, "+@all", "~*");
    const url = redis.url.replace("//", "//carol@");
    const connection = await connectRedis({ url, password, whenAway: "wait" });
    assert.equal(await connection.call("ACL", "WHOAMI"), "carol");
    connection.disconnect();
    await refuses({ url, password: "secret" }, /refused the credentials/, /REDIS_PASSWORD/);
    await refuses(
      { url: redis.url.replace("//", "//carol:secret@"), password },
      /REDIS_PASSWORD is set, and REDIS_URL has a password too/,
    );
  });

  test("an authority that is not known, and one that a setting makes known", async () => {
    await refuses(tlsUrl, /authority/, /REDIS_CA_FILE/, /NODE_EXTRA_CA_CERTS/);
    await refuses(
      { url: tlsUrl, tls: { ca: tlsFile("other-authority.pem") } },
      /another authority than those in REDIS_CA_FILE/,
    );
    const connection = await connectRedis({ url: tlsUrl, tls, whenAway: "wait" });
    assert.equal(await connection.ping(), "PONG");
    connection.disconnect();
    const program = `
      import { connectRedis } from "./packages/redis/dist/index.js";
      const redis = await connectRedis({ url: process.env.URL, whenAway: "wait" });
      console.log(await redis.ping());
      redis.disconnect();`;
    const env = { URL: tlsUrl, NODE_EXTRA_CA_CERTS: tlsFile("authority.pem") };
    const { stdout, stderr } = await runToEnd(["--input-type=module", "-e", program], env);
    assert.equal(stdout, "PONG\n", stderr);
  });

  test("a certificate for other names", async () => {
    const present = (name: string) =>
      redisCli(
        redis.url,
        "CONFIG",
        "SET",
        "tls-cert-file",
        tlsFile(`${name}.pem`),
        "tls-key-file",
        tlsFile(`${name}.key`),
      );
    await present("other-name");
    try {
      await refuses({ url: tlsUrl, tls }, /certificate for other names/, /REDIS_URL/);
    } finally {
      await present("server");
    }
  });

  test("a Redis that asks its clients for a certificate", async () => {
    await redisCli(redis.url, "CONFIG", "SET", "tls-auth-clients", "yes");
    try {
      await refuses({ url: tlsUrl, tls }, /asks for a certificate/, /REDIS_CERT_FILE and REDIS_KEY_FILE/);
      const client = (name: string) => ({
        ...tls,
        cert: tlsFile(`${name}.pem`),
        key: tlsFile(`${name}.key`),
      });
      await refuses(
        { url: tlsUrl, tls: client("other-client") },
        /refuses the certificate in REDIS_CERT_FILE/,
      );
      const connection = await connectRedis({ url: tlsUrl, tls: client("client"), whenAway: "wait" });
      const copy = connection.duplicate();
      assert.equal(await copy.ping(), "PONG");
      copy.disconnect();
      connection.disconnect();
    } finally {
      await redisCli(redis.url, "CONFIG", "SET", "tls-auth-clients", "no");
    }
  });

  test("files of certificates that cannot be used", async () => {
    const [cert, key] = [tlsFile("client.pem"), tlsFile("client.key")];
    await refuses({ url: redis.url, tls }, /REDIS_CA_FILE is for TLS.*rediss:\/\//);
    await refuses(
      { url: tlsUrl, tls: { ca: "/nowhere.pem" } },
      /REDIS_CA_FILE=\/nowhere\.pem cannot be read/,
    );
    await refuses({ url: tlsUrl, tls: { ca: key } }, /REDIS_CA_FILE=.*holds no certificate/);
    await refuses({ url: tlsUrl, tls: { cert } }, /REDIS_KEY_FILE must be set where REDIS_CERT_FILE is/);
    await refuses({ url: tlsUrl, tls: { key } }, /REDIS_CERT_FILE must be set where REDIS_KEY_FILE is/);
    await refuses(
      { url: tlsUrl, tls: { cert, key: tlsFile("server.key") } },
      /REDIS_CERT_FILE and REDIS_KEY_FILE cannot be used, or do not belong together/,
    );
  });

  test("TLS where none is spoken, and none where it is", async () => {
    await refuses(tlsUrl.replace("rediss:", "redis:"), /rediss:\/\//);
    await refuses(
      { url: redis.url.replace("redis:", "rediss:"), tls },
      /does not answer in TLS/,
      /redis:\/\//,
    );
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
