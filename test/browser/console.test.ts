import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { finalAnswer } from "../testing/action.js";
import { type BatchHarness, startBatchHarness } from "../testing/batch-harness.js";
import { ROOT } from "../testing/run-app.js";
import { seriousFindings } from "./axe.js";
import { launchChromium } from "./chromium.js";
import { DashboardProcess } from "./dashboard-process.js";
import { DESKTOP, openPage, PHONE, sidewaysOverflow, type WatchedPage } from "./watched-page.js";

/** Git ignores it. Somebody should look at them. */
const SCREENSHOTS = join(ROOT, ".bullpen/screenshots");

describe("console in a browser", { timeout: 240_000 }, () => {
  let harness: BatchHarness;
  let dashboard: DashboardProcess;
  let browser: Browser;

  before(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    browser = await launchChromium();
    harness = await startBatchHarness({ script: () => finalAnswer("42") });
    dashboard = await DashboardProcess.start({
      REDIS_URL: harness.agents.redis.url,
      API_URL: harness.api.url,
    });
  });
  after(async () => {
    await browser?.close();
    await dashboard?.stop();
    await harness?.stop();
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

  /** What every page must fulfil: light, dark and on a phone. */
  async function checkEverywhere(name: string, path: string, ready: (page: Page) => Promise<unknown>) {
    for (const look of ["light", "dark", "phone"] as const) {
      await onPage(look === "phone" ? PHONE : DESKTOP, async ({ page }) => {
        await page.emulateMedia({ colorScheme: look === "dark" ? "dark" : "light" });
        await page.goto(dashboard.url + path);
        await ready(page);
        assert.deepEqual(await seriousFindings(page), [], `${name}, ${look}`);
        assert.equal(await sidewaysOverflow(page), 0, `${name}, ${look}: wider than the window`);
        await page.screenshot({ path: join(SCREENSHOTS, `${name}-${look}.png`), fullPage: true });
      });
    }
  }

  const heading = (name: string) => (page: Page) =>
    page.getByRole("heading", { name, exact: true }).waitFor();

  it("shows models, workers and batches on the overview", async () => {
    await checkEverywhere("overview", "/", async (page) => {
      await heading("Workers")(page);
      await page.getByRole("region", { name: "Models" }).getByText("scripted").waitFor();
    });
  });

  it("says that an address leads nowhere", async () => {
    await checkEverywhere("not-found", "/nowhere", heading("Not found"));
  });

  it("is walked by the keyboard, and remembers its colours", async () => {
    await onPage(DESKTOP, async ({ page }) => {
      await page.goto(`${dashboard.url}/nowhere`);
      await heading("Not found")(page);
      await page.keyboard.press("?");
      await page.getByRole("dialog").getByText("Overview").waitFor();
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "hidden" });
      await page.keyboard.press("g");
      await page.keyboard.press("o");
      await heading("Overview")(page);
      await page.getByLabel("Colours").selectOption("dark");
      await page.reload();
      await heading("Overview")(page);
      assert.equal(await page.evaluate<string>("document.documentElement.style.colorScheme"), "dark");
    });
  });

  it("links to the queues, which link back", async () => {
    await onPage(DESKTOP, async ({ page }) => {
      await page.goto(dashboard.url);
      await page.getByRole("link", { name: "scripted" }).click();
      await page.waitForURL("**/queues/queue/agent.scripted**");
      await page.goBack();
      await heading("Overview")(page);
    });
  });
});
