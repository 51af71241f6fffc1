import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import { after, before, describe, test } from "node:test";
import { createHealthServer, createMetrics, listen } from "@bullpen/runtime";
import type { Browser, Page } from "playwright-core";
import { startTestApi, type TestApi } from "../testing/api.js";
import { startTestRedis, type TestRedis } from "../testing/redis.js";
import { launchChromium } from "./chromium.js";
import { DashboardProcess } from "./dashboard-process.js";

/** Leads to this machine, as a name does after DNS rebinding. */
const REBOUND = "evil.example";
/** Hosts that browsers trust less than loopback, with the checks for local networks off: as other browsers have none. */
const WITHOUT_CHECKS = "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests";

/** Everything that can be changed through the api, as a page of another site can try it. */
const SCRIPT = `async (api, ids) => {
  const query = (mark) => JSON.stringify({ query: "hostile " + mark });
  const send = (path, init) => fetch(api + path, { method: "POST", ...init }).then(
    (answer) => answer.type + " " + answer.status,
    (error) => String(error),
  );
  const json = { "content-type": "application/json" };
  const form = new FormData();
  form.append("purpose", "batch");
  form.append("file", new File(["{}"], "hostile.jsonl"));
  await send("/v1/queries", { mode: "no-cors", body: query("text") });
  await send("/v1/queries", { mode: "no-cors", body: new Blob([query("blob")]) });
  await send("/v1/queries", { mode: "no-cors", body: new Blob([query("typed")], { type: "text/plain" }) });
  await send("/v1/queries", { mode: "no-cors", body: new URLSearchParams({ query: "hostile form" }) });
  await send("/v1/queries", { headers: json, body: query("json") });
  await send("/v1/chat/completions", { mode: "no-cors", body: JSON.stringify({ messages: [{ role: "user", content: "hostile chat" }] }) });
  navigator.sendBeacon(api + "/v1/queries", query("beacon"));
  navigator.sendBeacon(api + "/v1/queries", new Blob([query("beacon")], { type: "application/json" }));
  await send("/v1/files", { mode: "no-cors", body: form });
  await send("/v1/queries/" + ids.query + "/cancel", { mode: "no-cors" });
  await send("/v1/webhook_endpoints", { mode: "no-cors", body: JSON.stringify({ url: "http://127.0.0.1/", name: "hostile" }) });
  await send("/v1/webhook_endpoints/" + ids.endpoint + "/rotate_secret", { mode: "no-cors" });
  await send("/v1/webhook_endpoints/" + ids.endpoint + "/test", { mode: "no-cors" });
  await send("/v1/webhook_endpoints/" + ids.endpoint, { method: "DELETE" });
  await send("/v1/files/" + ids.file, { method: "DELETE" });
  const read = async (path) => fetch(api + path).then((answer) => answer.text(), () => "");
  return Promise.all(["/v1/queries", "/v1/files", "/metrics", "/healthz"].map(read));
}`;

/** Submits a form to `action`, as a navigation of the page. */
const SUBMIT = `({ action, enctype, fields }) => {
  const form = Object.assign(document.createElement("form"), { method: "POST", action, enctype });
  for (const [name, value] of fields) form.append(Object.assign(document.createElement("input"), { name, value }));
  document.body.append(form);
  form.submit();
}`;

let redis: TestRedis;
let api: TestApi;
let dashboard: DashboardProcess;
let worker: { url: string; server: Server };
let site: { url: string; server: Server };
let browser: Browser;
let ids: { query: string; endpoint: string; file: string };

before(async () => {
  site = await startSite();
  redis = await startTestRedis();
  const CORS_ORIGINS = [site.url.replace("127.0.0.1", "localhost")];
  api = await startTestApi(redis.url, { CORS_ORIGINS, WEBHOOKS_ALLOW_PRIVATE: true });
  dashboard = await DashboardProcess.start({ REDIS_URL: redis.url, DASHBOARD_READ_ONLY: "false" });
  const server = createHealthServer({
    env: { HOST: "127.0.0.1", ALLOWED_HOSTS: [] },
    metrics: createMetrics("worker"),
    checkReady: async () => {},
  });
  worker = { server, url: await listen(server, "127.0.0.1", 0, "WORKER_PORT") };
  browser = await launchChromium([REBOUND, "localhost"], [WITHOUT_CHECKS]);
  const { queries, webhookEndpoints, files } = api.client;
  ids = {
    query: (await queries.submit({ query: "kept" })).id,
    endpoint: (await webhookEndpoints.create({ url: "http://127.0.0.1:9/" })).id,
    file: (await files.upload("{}", { filename: "kept.jsonl" })).id,
  };
});
after(async () => {
  await browser?.close();
  worker?.server.close();
  site?.server.close();
  await dashboard?.stop();
  await api?.stop();
  await redis?.stop();
});

/** A site with one empty page. */
async function startSite(): Promise<{ url: string; server: Server }> {
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "text/html").end("<!doctype html><title>site</title><body>");
  });
  return { server, url: await listen(server, "127.0.0.1", 0, "PORT") };
}

/** All that pages could have changed. */
async function state(): Promise<unknown> {
  const { queries, webhookEndpoints, files } = api.client;
  const lists = [
    queries.list({ limit: 100 }),
    files.list(),
    webhookEndpoints.list(),
    webhookEndpoints.deliveries(ids.endpoint),
  ];
  return (await Promise.all<{ readonly data: unknown }>(lists)).map(({ data }) => data);
}

async function onPage<T>(url: string, look: (page: Page) => Promise<T>): Promise<T> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(url);
    return await look(page);
  } finally {
    await context.close();
  }
}

/** Runs a script on a page that is written as text, because TypeScript knows no `document` here. */
function run<T>(page: Page, script: string, ...values: unknown[]): Promise<T> {
  return page.evaluate<T>(`(${script})(${values.map((value) => JSON.stringify(value)).join(",")})`);
}

describe("a hostile page", () => {
  test("of another site changes nothing and reads nothing", async () => {
    const before = await state();
    const read = await onPage(site.url, (page) => run<string[]>(page, SCRIPT, api.url, ids));
    assert.deepEqual(read, ["", "", "", ""]);
    const forms = [
      ["text/plain", [['{"query":"hostile form","metadata":{"x":"', '"}}']]],
      ["application/x-www-form-urlencoded", [["query", "hostile"]]],
      ["multipart/form-data", [["purpose", "batch"]]],
    ] as const;
    for (const [enctype, fields] of forms) {
      for (const path of ["/v1/queries", "/v1/files", `/v1/queries/${ids.query}/cancel`]) {
        await onPage(site.url, async (page) => {
          const answered = page.waitForResponse(api.url + path);
          await run(page, SUBMIT, { action: api.url + path, enctype, fields });
          assert.equal((await answered).status(), 403, `${enctype} ${path}`);
        });
      }
    }
    assert.deepEqual(await state(), before);
  });

  test("of another site cannot use the dashboard, even where it may change queues", async () => {
    const answers = await onPage(site.url, (page) =>
      run<string[]>(
        page,
        `async (url) => Promise.all([["GET", "?jobsPerPage=100"], ["PUT", "/tools.calculator/pause"], ["POST", "/tools.calculator/add"]].map(
          ([method, path]) => fetch(url + "/queues/api/queues" + path, { method }).then(() => "answered", () => "kept out"),
        ))`,
        dashboard.url,
      ),
    );
    assert.deepEqual(answers, ["kept out", "kept out", "kept out"]);
    assert.equal(await redis.connection.hexists("{bullpen}:tools.calculator:meta", "paused"), 0);
  });

  test("under a name that was made to lead here gets nothing from any process", async () => {
    const before = await state();
    const places: [string, string][] = [
      [api.url, "/v1/queries"],
      [dashboard.url, "/queues/api/queues"],
      [worker.url, "/metrics"],
    ];
    for (const [url, path] of places) {
      const rebound = url.replace("127.0.0.1", REBOUND);
      await onPage(site.url, async (page) => {
        // What the page's own server answered before its name was made to lead here.
        await page.route(`${rebound}/page`, (route) =>
          route.fulfill({ contentType: "text/html", body: "<body>" }),
        );
        await page.goto(`${rebound}/page`);
        const read = await run<string>(
          page,
          `async (path) => { const answer = await fetch(path); return answer.status + " " + (await answer.text()); }`,
          path,
        );
        assert.match(read, /^421 .*evil\.example/, url);
        if (url === api.url) {
          const answers = await run<string[]>(page, SCRIPT, "", ids);
          for (const answer of answers) assert.match(answer, /unknown_host/);
        }
      });
    }
    assert.deepEqual(await state(), before);
  });
});

describe("a page that may", () => {
  test("uses the api from an allowed origin as the OpenAI client does, and reads the answers", async () => {
    const origin = site.url.replace("127.0.0.1", "localhost");
    const answer = await onPage(origin, (page) =>
      run<{ status: number; id: string; request: string }>(
        page,
        `async (api) => {
          const headers = { "content-type": "application/json", authorization: "Bearer none", "x-stainless-lang": "js" };
          const answer = await fetch(api + "/v1/queries", { method: "POST", headers, body: '{"query":"from a page"}' });
          return { status: answer.status, id: (await answer.json()).id, request: answer.headers.get("x-request-id") };
        }`,
        api.url,
      ),
    );
    assert.equal(answer.status, 202);
    assert.match(answer.id, /^query_/);
    assert.match(answer.request, /^req_/);
  });

  test("the dashboard's own page changes queues, and is opened by a link from elsewhere", async () => {
    await onPage(site.url, async (page) => {
      await run(page, `(url) => { location.href = url + "/queues"; }`, dashboard.url);
      await page.getByText("Bullpen").first().waitFor();
      const paused = await run<number>(
        page,
        `async () => (await fetch("/queues/api/queues/tools.calculator/pause", { method: "PUT" })).status`,
      );
      assert.equal(paused, 200);
    });
    const pause = redis.connection.hexists("{bullpen}:tools.calculator:meta", "paused");
    assert.equal(await pause, 1);
  });

  test("the dashboard tells no version, and no page of jobs is longer than 100", async () => {
    for (const path of [
      "/healthz",
      "/metrics",
      "/queues",
      "/queues/api/queues",
      "/queues/static/no.js",
      "/no",
    ]) {
      const { headers } = await fetch(dashboard.url + path);
      assert.equal(headers.get("x-powered-by"), null, path);
      assert.equal(headers.get("x-content-type-options"), "nosniff", path);
      assert.match(headers.get("content-security-policy") ?? "", /frame-ancestors 'none'/, path);
    }
    const page = (query: string) => fetch(`${dashboard.url}/queues/api/queues?${query}`);
    for (const query of ["jobsPerPage=100", "jobsPerPage=1", "page=2&jobsPerPage=50"]) {
      assert.equal((await page(query)).status, 200, query);
    }
    for (const query of [
      "jobsPerPage=101",
      "jobsPerPage=1e9",
      "jobsPerPage=0x1000",
      "page=1e300",
      "jobsPerPage=5&jobsPerPage=1000",
    ]) {
      assert.equal((await page(query)).status, 400, query);
    }
  });
});
