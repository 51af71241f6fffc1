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

let redis: TestRedis;
let api: TestApi;
let dashboard: DashboardProcess;
let worker: { url: string; server: Server };
let site: { url: string; server: Server };
let browser: Browser;

before(async () => {
  site = await startSite();
  redis = await startTestRedis();
  const CORS_ORIGINS = [site.url.replace("127.0.0.1", "localhost")];
  api = await startTestApi(redis.url, { CORS_ORIGINS });
  dashboard = await DashboardProcess.start({ REDIS_URL: redis.url, DASHBOARD_READ_ONLY: "false" });
  const server = createHealthServer({
    env: { HOST: "127.0.0.1", ALLOWED_HOSTS: [] },
    metrics: createMetrics("worker"),
    checkReady: async () => {},
  });
  worker = { server, url: await listen(server, "127.0.0.1", 0, "WORKER_PORT") };
  browser = await launchChromium([REBOUND, "localhost"], [WITHOUT_CHECKS]);
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
  test("under a name that was made to lead here gets nothing from any process", async () => {
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
      });
    }
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
