import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Stack } from "@bullpen/cli/stack/start-stack";
import { verifies } from "../source-checks/requirements/requirements.js";
import { startCli } from "../testing/cli.js";
import { EVERYTHING } from "../testing/mcp-server.js";
import { ModelServer } from "../testing/model-server.js";
import { startTestRedis, type TestRedis } from "../testing/redis.js";
import { redisCli } from "../testing/redis-cli.js";
import { TestS3Server } from "../testing/s3-server.js";
import { startTestStack } from "../testing/stack.js";
import { until } from "../testing/until.js";
import {
  assertClean,
  CARELESS_TOOL,
  inUrl,
  keepOutput,
  MARK,
  outputs,
  secret,
  secretFiles,
} from "./marked-secrets.js";

describe("secrets in all settings, while each part works and fails", () => {
  let redis: TestRedis;
  let stack: Stack;
  let folder: string;
  let searxngWorks = true;
  const password = secret("redis");
  const model = new ModelServer("vllm", () => ({
    content: '{"tool_name": "Final Answer", "input": "done"}',
  }));
  let s3: TestS3Server;
  const searches: (string | undefined)[] = [];
  const searxng = createServer((request, response) => {
    searches.push(request.headers.authorization);
    if (!searxngWorks) return void request.socket.destroy();
    const results = [
      { title: "t", url: "https://a.example/", content: `found, ${request.headers.authorization}` },
    ];
    response.end(JSON.stringify({ results, unresponsive_engines: [] }));
  });

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "bullpen-secrets-"));
    redis = await startTestRedis();
    await redisCli(redis.url, "ACL", "SETUSER", "app", "on", `>${password}`, "+@all", "~*", "&*");
    await new Promise<void>((resolve) => searxng.listen(0, "127.0.0.1", resolve));
    const { port } = searxng.address() as AddressInfo; // of a TCP server
    s3 = await TestS3Server.start();
    const mcpServers = {
      away: {
        url: `http://bob:${inUrl("mcp-url")}@127.0.0.1:1/mcp?token=${inUrl("mcp-query")}`,
        headers: { Authorization: `Bearer ${MARK}-bearer`, "X-Own": `${MARK}-own-header` },
      },
      all: {
        command: process.execPath,
        args: [EVERYTHING, "stdio"],
        env: { SOME_TOKEN: `\${MCP_ENV_TOKEN}` },
      },
      broken: { command: "/nonexistent/server", args: ["--api-key", secret("mcp-argument")], env: {} },
    };
    await writeFile(join(folder, "mcp.json"), JSON.stringify({ mcpServers }));
    await mkdir(join(folder, "tools"));
    await writeFile(join(folder, "tools/careless.mjs"), CARELESS_TOOL);
    stack = await startTestStack(
      {
        LLM_BASE_URL: await model.start(),
        LLM_MODEL: "mistralai/Mixtral-8x7B-Instruct-v0.1",
        ...(await secretFiles(folder, {
          REDIS_URL: redis.url.replace("//", `//app:${inUrl("redis")}@`),
          LLM_API_KEY: `${MARK}-llm-key-1`,
          SEARXNG_URL: `http://bob:${inUrl("searxng")}@127.0.0.1:${port}`,
          S3_SECRET_ACCESS_KEY: secret("s3-key"),
          MCP_ENV_TOKEN: secret("mcp-env"),
        })),
        CARELESS_TOKEN: secret("careless"),
        TOOLS_FOLDER: join(folder, "tools"),
        MODEL_NAME: "m",
        SEARCH_PROVIDER: "searxng",
        MCP_CONFIG: join(folder, "mcp.json"),
        S3_BUCKET: s3.bucket,
        S3_ENDPOINT: s3.endpoint,
        S3_ACCESS_KEY_ID: `${MARK}-s3-id`,
        WEBHOOKS_ALLOW_PRIVATE: "true",
        LOG_LEVEL: "trace",
      },
      redis.url.replace("//", `//app:${inUrl("redis")}@`),
    );
  });

  after(async () => {
    await stack.stop();
    await redis.stop();
    await model.stop();
    await s3.stop();
    searxng.closeAllConnections();
    searxng.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Asks the api, and keeps the answer. */
  async function ask(
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Record<string, unknown>> {
    const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
    const response = await fetch(stack.apiUrl + path, {
      ...init,
      headers: { "content-type": "application/json", ...headers },
    });
    const text = await response.text();
    keepOutput(`api ${path}`, `${[...response.headers].join("\n")}\n${text}`);
    return text.startsWith("{") ? JSON.parse(text) : {};
  }

  /** A query to its end. */
  async function query(turns: readonly string[]): Promise<Record<string, unknown>> {
    model.script = (request) => ({
      content:
        turns[request.messages.filter(({ role }) => role === "assistant").length] ?? turns.at(-1) ?? "",
    });
    const { id } = await ask("/v1/queries", { query: "x", max_steps: 6 });
    return until("the query ends", async () => {
      const view = await ask(`/v1/queries/${id}?wait=5`);
      return ["completed", "failed"].includes(String(view.status)) && view;
    });
  }

  const turn = (tool_name: string, input: unknown) => JSON.stringify({ tool_name, input });

  test(verifies(["secrets-stay"], "tools that work, echo what they are sent, and fail"), async () => {
    await until("the tools are there", async () =>
      /Careless[\s\S]*all\.get-env|all\.get-env[\s\S]*Careless/.test(JSON.stringify(await ask("/v1/tools"))),
    );
    const turns = [
      ...[turn("Search", "rope"), turn("all.get-env", {}), turn("Careless", "say it")],
      ...[turn("Careless", "throw it"), turn("Final Answer", "done")],
    ];
    const worked = await query(turns);
    assert.equal(worked.status, "completed", JSON.stringify(worked));
    assert.match(JSON.stringify(worked), /found, /);
    assert.match(JSON.stringify(worked), /x{70}\*\*\*…/, "what the cut left of a tool's secret");
    assert.match(JSON.stringify(worked), /refused: \*\*\*/, "a tool's error");
    assert.equal(searches[0], `Basic ${Buffer.from(`bob:${secret("searxng")}`).toString("base64")}`);
    searxngWorks = false;
    const failed = await query([turn("Search", "other rope"), turn("Final Answer", "done")]);
    assert.match(JSON.stringify(failed), /the search failed/);
    assertClean();
  });

  test(verifies(["secrets-stay"], "a model's server that repeats the key"), async () => {
    for (const status of [401, 400]) {
      model.script = () => ({
        status,
        body: { error: { message: `no: ${model.authorizations.at(-1)}` } },
      });
      const { id } = await ask("/v1/queries", { query: `status ${status}` });
      const view = await until("it fails", async () => {
        const found = await ask(`/v1/queries/${id}?wait=5`);
        return found.status === "failed" && found;
      });
      assert.match(JSON.stringify(view.error), new RegExp(`${status}|internal_error`));
    }
    assertClean();
  });

  test(verifies(["secrets-stay"], "a storage that refuses, webhooks that fail, batches"), async () => {
    model.script = () => ({ content: turn("Final Answer", "done") });
    for (const url of [
      `http://u:${MARK}-hook@127.0.0.1:1/`,
      `http://127.0.0.1:1/?token=${MARK}-hook-token`,
    ]) {
      await ask("/v1/webhook_endpoints", { url, events: ["batch.completed"] });
    }
    outputs.clear(); // an endpoint's URL and secret are its owner's to see
    s3.misbehave = () => ({ status: 403, code: "InvalidAccessKeyId" });
    await ask("/v1/files");
    await ask("/v1/batches");
    s3.misbehave = () => undefined;
    const form = new FormData();
    const line = {
      custom_id: "a",
      method: "POST",
      url: "/v1/chat/completions",
      body: { messages: [{ role: "user", content: "x" }] },
    };
    form.set("purpose", "batch");
    form.set("file", new File([JSON.stringify(line)], "lines.jsonl"));
    const uploaded = await fetch(`${stack.apiUrl}/v1/files`, { method: "POST", body: form });
    const file = (await uploaded.json()) as { id: string }; // what the api promises
    const batch = await ask("/v1/batches", {
      input_file_id: file.id,
      endpoint: "/v1/chat/completions",
      completion_window: "24h",
    });
    await until("the batch ends", async () => (await ask(`/v1/batches/${batch.id}`)).status === "completed");
    assertClean();
  });

  test(verifies(["secrets-stay"], "a password of Redis that is changed under the processes"), async () => {
    await redisCli(redis.url, "ACL", "SETUSER", "app", "resetpass", ">other");
    await redisCli(redis.url, "CLIENT", "KILL", "USER", "app");
    const unready = await until("readyz tells", async () => {
      const reply = await ask("/readyz");
      return /password/.test(String(reply.reason)) && reply;
    });
    assert.match(String(unready.reason), /WRONGPASS/);
    await ask("/v1/queries", { query: "x" });
    await redisCli(redis.url, "ACL", "SETUSER", "app", "resetpass", `>${password}`);
    await until("it is back", async () => (await ask("/readyz")).status === "ok");
    assertClean();
  });

  test(verifies(["secrets-stay"], "the command line, with a proxy's login in the URL"), async () => {
    const login = `bob:${inUrl("cli")}`;
    const authorizations: (string | undefined)[] = [];
    const proxy = createServer(async (request, response) => {
      authorizations.push(request.headers.authorization);
      const answer = await fetch(stack.apiUrl + request.url);
      response.end(await answer.text());
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const { port } = proxy.address() as AddressInfo; // of a TCP server
    const url = `http://${login}@127.0.0.1:${port}`;
    const works = await startCli(["status"], { env: { BULLPEN_URL: url } }).ended;
    assert.equal(works.code, 0, works.stderr);
    assert.equal(authorizations[0], `Basic ${Buffer.from(`bob:${secret("cli")}`).toString("base64")}`);
    proxy.closeAllConnections();
    proxy.close();
    const ends = await Promise.all([
      startCli(["status", "--url", url]).ended,
      startCli(["status", "--url", `http://bob:${MARK}/p#w@127.0.0.1`]).ended,
      startCli(["status"], { env: { BULLPEN_URL: `http://bob:${MARK}/p#w@127.0.0.1` } }).ended,
    ]);
    for (const end of [works, ...ends]) keepOutput("cli", `${end.stdout}\n${end.stderr}`);
    for (const end of ends) assert.equal(end.code, 1);
    assertClean();
  });

  test(verifies(["secrets-stay"], "what was written meanwhile: logs, jobs, objects, pages"), async () => {
    for (const path of ["/v1/queries", "/v1/batches", "/v1/files", "/v1/tools", "/v1/workers", "/metrics"])
      await ask(path);
    const pages = await fetch(`${stack.dashboardUrl}/queues/api/queues`).then((response) => response.text());
    keepOutput("dashboard", pages);
    for (const name of await readdir(stack.logFolder)) {
      keepOutput(`log ${name}`, await readFile(join(stack.logFolder, name), "utf8"));
    }
    for (const key of await redis.connection.keys("*")) {
      keepOutput(`redis ${key}`, `${key} ${JSON.stringify(await dump(key))}`);
    }
    for (const [key, content] of s3.objects.entries()) {
      const text = `${key} ${content.toString("latin1")}`;
      // An endpoint's URL is its owner's, who gave it with its secrets and gets it back; nothing else may hold them.
      const isEndpoint = /\/endpoint\.json$/.test(key);
      keepOutput(`s3 ${key}`, isEndpoint ? text.replaceAll(`${MARK}-hook`, "of its owner") : text);
    }
    for (const name of ["stack.json", "stack.lock"])
      keepOutput(name, await readFile(join(stack.logFolder, "..", name), "utf8").catch(() => ""));
    assert.ok(outputs.size > 30);
    assert.match(
      outputs.get("log tool-worker.log") ?? "",
      /careless \*\*\*[\s\S]*x{900}/,
      "what a tool printed",
    );
    assertClean();
  });

  async function dump(key: string): Promise<unknown> {
    const { connection } = redis;
    switch (await connection.type(key)) {
      case "hash":
        return connection.hgetall(key);
      case "string":
        return connection.get(key);
      case "list":
        return connection.lrange(key, 0, -1);
      case "set":
        return connection.smembers(key);
      case "zset":
        return connection.zrange(key, 0, "-1");
      default:
        return connection.xrange(key, "-", "+");
    }
  }
});
