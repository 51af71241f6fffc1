import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser } from "playwright-core";
import { startTestRedis, type TestRedis } from "../testing/redis.js";
import { launchChromium } from "./chromium.js";
import { DashboardProcess } from "./dashboard-process.js";
import { QUESTION, registerModel, type SeededQueries, seedQueries } from "./seed.js";
import { DESKTOP, openPage, PHONE, sidewaysOverflow, type WatchedPage } from "./watched-page.js";

/** As long as names get, so that a layout that breaks on them breaks here. */
const MODEL = "mixtral-8x7b-instruct-v0.1.q4_k_m";
const QUEUE = `agent.${MODEL}`;

describe("dashboard in a browser", { timeout: 120_000 }, () => {
  let redis: TestRedis;
  let dashboard: DashboardProcess;
  let browser: Browser;
  let queries: SeededQueries;

  before(async () => {
    browser = await launchChromium();
    redis = await startTestRedis();
    queries = await seedQueries(redis.url, MODEL);
    dashboard = await DashboardProcess.start({ REDIS_URL: redis.url });
  });
  after(async () => {
    await browser?.close();
    await dashboard?.stop();
    await redis?.stop();
  });

  /** Runs `look` on a fresh page, then asserts that the page behaved. */
  async function onPage(viewport: typeof DESKTOP, look: (watched: WatchedPage) => Promise<void>) {
    const watched = await openPage(browser, viewport);
    try {
      await look(watched);
      assert.deepEqual(watched.complaints, [], "the page complained");
      assert.deepEqual(watched.outside, [], "the page asked other hosts");
    } finally {
      await watched.close();
    }
  }

  it("lists the queues of models, tools and webhooks under the title Bullpen", async () => {
    await onPage(DESKTOP, async ({ page }) => {
      await page.goto(`${dashboard.url}/queues`);
      for (const name of [QUEUE, "tools.calculator", "tools.search", "webhooks"]) {
        await page.getByRole("link", { name }).first().waitFor();
      }
      assert.match(await page.title(), /Bullpen/);
    });
  });

  it("shows a query that waits for a tool in the tab waiting-children", async () => {
    await onPage(DESKTOP, async ({ page }) => {
      await page.goto(`${dashboard.url}/queues/queue/${QUEUE}`);
      await page.getByRole("link", { name: /waiting children/i }).click();
      await page.getByText(queries.waitingForTool).first().waitFor();
      await page.getByText(QUESTION).first().waitFor();
      for (const other of [queries.completed, queries.failed, queries.queued]) {
        assert.equal(await page.getByText(other).count(), 0, `${other} does not wait for a tool`);
      }
    });
  });

  it("draws the flow from the query to its tool call, seen from either", async () => {
    const places = [`${QUEUE}/${queries.waitingForTool}`, `tools.calculator/${queries.waitingForTool}-0`];
    for (const place of places) {
      await onPage(DESKTOP, async ({ page }) => {
        await page.goto(`${dashboard.url}/queues/queue/${place}`);
        const nodes = page.locator(".react-flow__node");
        await nodes
          .filter({ hasText: QUESTION.slice(0, 40) })
          .filter({ hasText: "waiting-children" })
          .waitFor();
        await nodes.filter({ hasText: "Calculator" }).filter({ hasText: "tools.calculator" }).waitFor();
        assert.equal(await nodes.count(), 2);
        assert.equal(await page.locator(".react-flow__edge").count(), 1);
      });
    }
  });

  it("shows why a query failed", async () => {
    await onPage(DESKTOP, async ({ page }) => {
      await page.goto(`${dashboard.url}/queues/queue/${QUEUE}?status=failed`);
      await page.getByText("max_steps: No answer within 10 steps.").first().waitFor();
    });
  });

  it("fits a phone without scrolling sideways", async () => {
    const paths = ["", `/queue/${QUEUE}`, `/queue/${QUEUE}/${queries.waitingForTool}`];
    for (const path of paths) {
      await onPage(PHONE, async ({ page }) => {
        await page.goto(`${dashboard.url}/queues${path}`, { waitUntil: "networkidle" });
        await page.getByText(QUEUE).first().waitFor();
        assert.equal(await sidewaysOverflow(page), 0, `${path} is wider than a phone`);
      });
    }
  });

  it("shows the queue of a new model on an open page, without a restart", async () => {
    await onPage(DESKTOP, async ({ page }) => {
      await page.goto(`${dashboard.url}/queues`, { waitUntil: "networkidle" });
      await registerModel(redis.url, "newcomer");
      await page.getByRole("link", { name: "agent.newcomer" }).first().waitFor();
    });
  });

  it("offers nothing that changes a queue, and refuses it", async () => {
    await onPage(DESKTOP, async ({ page }) => {
      await page.goto(`${dashboard.url}/queues/queue/${QUEUE}?status=failed`);
      await page.getByText(queries.failed).first().waitFor();
      assert.equal(
        await page.getByRole("button", { name: /retry|clean|remove|pause|obliterate/i }).count(),
        0,
      );
    });
    const api = `${dashboard.url}/queues/api/queues/${QUEUE}`;
    for (const change of ["pause", "empty", "obliterate", "retry/failed", `${queries.failed}/clean`]) {
      assert.equal((await fetch(`${api}/${change}`, { method: "PUT" })).status, 405, change);
    }
  });

  it("lets an operator retry and remove when DASHBOARD_READ_ONLY is false", async () => {
    const writable = await DashboardProcess.start({ REDIS_URL: redis.url, DASHBOARD_READ_ONLY: "false" });
    try {
      await onPage(DESKTOP, async ({ page }) => {
        await page.goto(`${writable.url}/queues/queue/${QUEUE}?status=failed`);
        await page.getByText(queries.failed).first().waitFor();
        assert.notEqual(await page.getByRole("button", { name: /retry/i }).count(), 0);
      });
      const job = `${writable.url}/queues/api/queues/${QUEUE}/${queries.completed}`;
      assert.equal((await fetch(`${job}/clean`, { method: "PUT" })).status, 204);
      assert.equal((await fetch(job)).status, 404);
    } finally {
      await writable.stop();
    }
  });
});
