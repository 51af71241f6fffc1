import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { AccessKeyStore, LocalStore } from "@bullpen/storage";
import type { Browser } from "playwright-core";
import { startTestApi, type TestApi } from "../testing/api.js";
import { startTestRedis, type TestRedis } from "../testing/redis.js";
import { seriousFindings } from "./axe.js";
import { launchChromium } from "./chromium.js";
import { heading } from "./console-harness.js";
import { DashboardProcess } from "./dashboard-process.js";
import { DESKTOP, openPage } from "./watched-page.js";

let folder: string;
let redis: TestRedis;
let api: TestApi;
let dashboard: DashboardProcess;
let browser: Browser;
let key: string;

before(async () => {
  browser = await launchChromium();
  folder = await mkdtemp(join(tmpdir(), "bullpen-console-"));
  const keys = new AccessKeyStore(await LocalStore.open(folder));
  key = (await keys.create({ tenant: "research", role: "read", name: "" })).key;
  redis = await startTestRedis();
  api = await startTestApi(redis.url, { DATA_DIR: folder });
  dashboard = await DashboardProcess.start({ REDIS_URL: redis.url, API_URL: api.url, DATA_DIR: folder });
});
after(async () => {
  await browser?.close();
  await dashboard?.stop();
  await api?.stop();
  await redis?.stop();
  await rm(folder, { recursive: true, force: true });
});

test("a key signs in until it is signed out, and shows what it may", async () => {
  const { page, complaints, outside, close } = await openPage(browser, DESKTOP);
  await page.goto(dashboard.url);
  await page.getByLabel("Key").waitFor();
  assert.deepEqual(await seriousFindings(page), []);
  assert.deepEqual(complaints, []);
  await page.getByLabel("Key").fill("bp_wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("is none of this server's").waitFor();
  complaints.length = 0; // the browser tells of the 401
  await page.getByLabel("Key").fill(key);
  await page.keyboard.press("Enter");
  await heading(page, "Overview");
  await page.reload();
  await page.getByText("research · read").waitFor();
  await page.getByText("No batches yet.").waitFor();
  assert.equal(await page.getByRole("link", { name: /Webhooks|Queues/ }).count(), 0);
  await page.getByRole("link", { name: "Submit" }).click();
  await page.getByText("Your key may read, and not submit.").waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Key").waitFor();
  await page.reload();
  await page.getByLabel("Key").waitFor();
  assert.deepEqual([complaints, outside], [[], []]);
  await close();
});
