import assert from "node:assert/strict";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import type { Browser } from "playwright-core";
import { startTestApi, type TestApi } from "../testing/api.js";
import { startTestRedis, type TestRedis } from "../testing/redis.js";
import { launchChromium } from "./chromium.js";
import { DashboardProcess } from "./dashboard-process.js";
import { registerModel } from "./seed.js";
import { DESKTOP, openPage } from "./watched-page.js";

const BASE = "/ops/bullpen";

describe("dashboard behind a path of a proxy", { timeout: 120_000 }, () => {
  let redis: TestRedis;
  let api: TestApi;
  let dashboard: DashboardProcess;
  let browser: Browser;
  const proxies: Server[] = [];

  before(async () => {
    browser = await launchChromium();
    redis = await startTestRedis();
    await registerModel(redis.url, "demo");
    api = await startTestApi(redis.url);
    dashboard = await DashboardProcess.start({
      REDIS_URL: redis.url,
      API_URL: api.url,
      DASHBOARD_BASE_PATH: `${BASE}/`,
    });
  });
  after(async () => {
    for (const proxy of proxies) proxy.closeAllConnections();
    for (const proxy of proxies) proxy.close();
    await browser?.close();
    await dashboard?.stop();
    await api?.stop();
    await redis?.stop();
  });

  /** A proxy that offers the dashboard below the path, and nothing beside it. */
  async function startProxy(takesPathOff: boolean): Promise<string> {
    const proxy = createServer((incoming, response) => {
      const path = incoming.url ?? "";
      if (!path.startsWith(`${BASE}/`)) {
        response.writeHead(418).end();
        return;
      }
      const target = new URL(takesPathOff ? path.slice(BASE.length) : path, dashboard.url);
      const onward = request(target, { method: incoming.method, headers: incoming.headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      incoming.pipe(onward);
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    proxies.push(proxy);
    // The cast: a server that listens on a port has an address of this form.
    return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}${BASE}/`;
  }

  for (const takesPathOff of [true, false]) {
    it(`works behind one that ${takesPathOff ? "takes the path off" : "passes the path on"}`, async () => {
      const { page, complaints, outside, close } = await openPage(browser, DESKTOP);
      await page.goto(await startProxy(takesPathOff));
      await page.getByRole("heading", { name: "Overview" }).waitFor();
      await page.getByRole("link", { name: "Queues" }).click();
      await page.getByRole("link", { name: "agent.demo" }).first().click();
      await page.waitForURL(`**${BASE}/queues/queue/agent.demo**`);
      await page.reload();
      await page.getByRole("link", { name: "agent.demo" }).first().waitFor();
      assert.deepEqual([complaints, outside], [[], []]);
      await close();
    });
  }

  it("answers without the path too, for those who are not behind the proxy", async () => {
    for (const path of ["/healthz", `${BASE}/healthz`, "/queues/", `${BASE}/queues/`]) {
      assert.equal((await fetch(dashboard.url + path)).status, 200, path);
    }
    assert.equal((await fetch(`${dashboard.url}${BASE}er/healthz`)).status, 404);
  });

  it("refuses a path that is none", async () => {
    const settings = { REDIS_URL: redis.url, DASHBOARD_BASE_PATH: "/a b?c" };
    await assert.rejects(DashboardProcess.start(settings), /DASHBOARD_BASE_PATH=.*must be a path such as/);
  });
});
