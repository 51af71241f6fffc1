import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser } from "playwright-core";
import { startTestRedis, type TestRedis } from "../testing/redis.js";
import { launchChromium } from "./chromium.js";
import { DashboardProcess } from "./dashboard-process.js";
import { registerModel } from "./seed.js";
import { DESKTOP, openPage } from "./watched-page.js";

const PLACES = ["/queues", "/queues/api/queues", "/queues/queue/tools.search", "/readyz"];

/** The longest that a page may take to say that Redis is away, on a busy machine. */
const QUICK_MS = 4_000;

describe("dashboard while Redis is away", { timeout: 120_000 }, () => {
  let redis: TestRedis;
  let dashboard: DashboardProcess;
  let browser: Browser;

  before(async () => {
    browser = await launchChromium();
    redis = await startTestRedis();
    dashboard = await DashboardProcess.start({ REDIS_URL: redis.url, LOG_LEVEL: "silent" });
  });
  after(async () => {
    await browser?.close();
    await dashboard?.stop();
    await redis?.stop();
  });

  async function statusOf(path: string): Promise<number> {
    const response = await fetch(dashboard.url + path, { signal: AbortSignal.timeout(QUICK_MS) });
    await response.text();
    return response.status;
  }

  async function untilReady(): Promise<void> {
    const deadline = Date.now() + 10_000;
    while ((await statusOf("/readyz")) !== 200) {
      if (Date.now() > deadline) throw new Error("the dashboard did not come back");
      await sleep(50);
    }
  }

  it("answers 503 at once when Redis is killed, stays alive, and comes back with it", async () => {
    await redis.kill();
    for (const path of PLACES) assert.equal(await statusOf(path), 503, path);
    assert.equal(await statusOf("/healthz"), 200);
    assert.ok(dashboard.isRunning);
    await redis.restart();
    await untilReady();
    for (const path of PLACES) assert.equal(await statusOf(path), 200, path);
  });

  it("answers 503 when Redis is connected and does not answer", async () => {
    redis.freeze();
    try {
      for (const path of PLACES) assert.equal(await statusOf(path), 503, path);
      assert.equal(await statusOf("/healthz"), 200);
    } finally {
      redis.thaw();
    }
    await untilReady();
  });

  it("brings pages that were open or opened during the outage up to date", async () => {
    const open = await openPage(browser, DESKTOP);
    await open.page.goto(`${dashboard.url}/queues`);
    await open.page.getByRole("link", { name: "tools.search" }).first().waitFor();
    await redis.kill();
    await open.page.getByText("Redis is away").first().waitFor();
    const late = await openPage(browser, DESKTOP);
    await late.page.goto(`${dashboard.url}/queues`);
    await late.page.getByRole("heading", { name: "Redis is away" }).waitFor();
    await redis.restart();
    await registerModel(redis.url, "after-outage");
    for (const { page, outside } of [open, late]) {
      await page.getByRole("link", { name: "agent.after-outage" }).first().waitFor();
      assert.deepEqual(outside, []);
    }
    await Promise.all([open.close(), late.close()]);
  });

  it("stops cleanly on SIGTERM", async () => {
    assert.equal(await dashboard.stop(), 0);
  });
});
