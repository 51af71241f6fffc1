import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { AccessKeyStore, LocalStore, UsageStore } from "@bullpen/storage";
import type { Browser, Page } from "playwright-core";
import { startTestApi, type TestApi } from "../testing/api.js";
import { startTestRedis, type TestRedis } from "../testing/redis.js";
import { seriousFindings } from "./axe.js";
import { checkLooks } from "./check-looks.js";
import { launchChromium } from "./chromium.js";
import { heading } from "./console-harness.js";
import { DashboardProcess } from "./dashboard-process.js";
import { HOSTILE_TEXTS } from "./hostile-texts.js";
import { DESKTOP, openPage, type WatchedPage } from "./watched-page.js";

let folder: string;
let redis: TestRedis;
let api: TestApi;
let dashboard: DashboardProcess;
let browser: Browser;
let key: string;
let admin: string;

before(async () => {
  browser = await launchChromium();
  folder = await mkdtemp(join(tmpdir(), "bullpen-console-"));
  const store = await LocalStore.open(folder);
  const keys = new AccessKeyStore(store);
  key = (await keys.create({ tenant: "research", role: "read", name: "" })).key;
  admin = (await keys.create({ tenant: "research", role: "admin", name: "the first key" })).key;
  for (const name of HOSTILE_TEXTS)
    await keys.create({ tenant: "hostile", role: "read", name, expiresAt: 1 });
  await writeUsage(new UsageStore(store));
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

/** Usage of the last days, of a model with a hostile name among others. */
async function writeUsage(usage: UsageStore): Promise<void> {
  for (let day = 0; day < 20; day++) {
    const date = new Date(Date.now() - day * 86_400_000).toISOString().slice(0, 10);
    const row = (model: string, queries: number) => ({
      key_id: "0123456789abcdef",
      model,
      queries,
      input_tokens: queries * 1_234,
      output_tokens: queries * 321,
    });
    const rows = [row("demo", 40 - day), row(HOSTILE_TEXTS[0] ?? "", 5 + (day % 3))];
    await usage.write("research", date, "seeded", rows);
  }
}

/** A page on which an admin has signed in. */
async function openAsAdmin(path: string): Promise<WatchedPage> {
  const watched = await openPage(browser, DESKTOP);
  await watched.page.goto(dashboard.url + path);
  await watched.page.getByLabel("Key").fill(admin);
  await watched.page.keyboard.press("Enter");
  await watched.page.getByText("research · admin").waitFor();
  return watched;
}

test("an admin makes, rotates and revokes keys, whose secrets are shown once", async () => {
  const { page, complaints, outside, close } = await openAsAdmin("/keys");
  await page.getByLabel("What for").fill(HOSTILE_TEXTS[1] ?? "");
  await page.getByLabel("Tenant").fill("UPPER");
  await page.getByRole("button", { name: "Create" }).click();
  await page.getByText(/tenant: must be 1 to 40 lowercase/).waitFor();
  complaints.length = 0; // the browser tells of the 400
  await page.getByLabel("Tenant").fill("acme");
  await page.getByLabel("Role").selectOption("submit");
  await page.getByRole("button", { name: "Create" }).click();
  const secret = await madeKey(page);
  await checkLooks(page, "keys");
  await page.getByRole("button", { name: "I have copied it" }).click();
  const row = page
    .getByRole("region", { name: "Keys that work" })
    .getByRole("row", { name: secret.slice(0, 19) });
  await row.getByText(HOSTILE_TEXTS[1] ?? "").waitFor();
  assert.ok(!(await page.content()).includes(secret));
  for (const text of ["<script>", "⟨RLO⟩", "␛[31m"]) await page.getByText(text).first().waitFor();

  await row.getByRole("button", { name: "Rotate" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Rotate" }).click();
  assert.notEqual(await madeKey(page), secret);
  await row.getByRole("button", { name: "Revoke" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  const ended = page.getByRole("region", { name: "Keys that have ended" });
  await ended
    .getByRole("row", { name: secret.slice(0, 19) })
    .getByText("revoked")
    .waitFor();
  assert.deepEqual([complaints, outside], [[], []]);
  await close();
});

/** The key that the page shows this once. */
async function madeKey(page: Page): Promise<string> {
  const shown = page.getByRole("status").filter({ hasText: "It is not shown again" });
  return (await shown.locator("code").textContent()) ?? "";
}

test("usage is drawn and listed by day, model and key, of another tenant for an admin", async () => {
  const { page, complaints, outside, close } = await openAsAdmin("/usage");
  await page.getByRole("img", { name: /^Tokens a day: up to/ }).waitFor();
  await page
    .getByRole("region", { name: "By model" })
    .getByText(HOSTILE_TEXTS[0] ?? "")
    .waitFor();
  await checkLooks(page, "usage");
  await page.getByLabel("Days").selectOption("7");
  await page.getByRole("row", { name: /^demo 259 319,606 83,139/ }).waitFor();
  await page.getByLabel("Tenant").fill("acme");
  await page.keyboard.press("Enter");
  await page.getByText("acme had no query in the last 7 days.").waitFor();
  assert.deepEqual([complaints, outside], [[], []]);
  await close();
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
  assert.equal(await page.getByRole("link", { name: /Webhooks|Queues|Keys/ }).count(), 0);
  await page.getByRole("link", { name: "Submit" }).click();
  await page.getByText("Your key may read, and not submit.").waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Key").waitFor();
  await page.reload();
  await page.getByLabel("Key").waitFor();
  assert.deepEqual([complaints, outside], [[], []]);
  await close();
});
