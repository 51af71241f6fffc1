import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Running } from "@bullpen/runtime";
import { AccessKeyStore, LocalStore } from "@bullpen/storage";
import type { Browser, Page } from "playwright-core";
import { startTestApi, type TestApi } from "../testing/api.js";
import { startTestDashboard } from "../testing/dashboard.js";
import { type Forwarder, startForwarder } from "../testing/forwarder.js";
import { OIDC_CLIENT, startTestOidcProvider, type TestOidcProvider } from "../testing/oidc-provider.js";
import { startTestRedis, type TestRedis } from "../testing/redis.js";
import { checkLooks } from "./check-looks.js";
import { launchChromium } from "./chromium.js";
import { heading } from "./console-harness.js";

let folder: string;
let keys: AccessKeyStore;
let redis: TestRedis;
let api: TestApi;
let front: Forwarder;
let provider: TestOidcProvider;
let dashboard: Running;
let browser: Browser;

const GROUPS: Readonly<Record<string, readonly string[]>> = { olga: ["ops"], rita: ["lab", "staff"] };

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "bullpen-oidc-"));
  keys = new AccessKeyStore(await LocalStore.open(folder));
  await keys.create({ tenant: "default", role: "admin", name: "first" });
  front = await startForwarder();
  [browser, redis, provider] = await Promise.all([
    launchChromium(["localhost"]),
    startTestRedis(),
    startTestOidcProvider({
      redirectUris: [`${front.url}/session/callback`],
      groupsOf: (user) => GROUPS[user] ?? [],
    }),
  ]);
  api = await startTestApi(redis.url, { DATA_DIR: folder });
  dashboard = await startTestDashboard({
    REDIS_URL: redis.url,
    API_URL: api.url,
    DATA_DIR: folder,
    SIGN_IN_ROLES: ["ops=admin", "lab=submit@research"],
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: OIDC_CLIENT.id,
    OIDC_CLIENT_SECRET: OIDC_CLIENT.secret,
    DASHBOARD_URL: front.url,
  });
  front.leadTo(dashboard.url);
});
after(async () => {
  await browser?.close();
  await dashboard?.stop();
  await provider?.stop();
  await api?.stop();
  await redis?.stop();
  front?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** What the provider shows: a login, then a question whether the dashboard may know who one is. */
async function signInAtProvider(page: Page, user: string): Promise<void> {
  await page.waitForURL(`${provider.issuer}/**`);
  await page.locator("input[name=login]").fill(user);
  await page.locator("input[name=password]").fill("any");
  await page.locator("button[type=submit]").click();
  await page.getByRole("button", { name: "Continue" }).click();
}

test("somebody signs in by the provider, comes back to where they were, and signs out for good", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${front.url}/batches?status=failed`);
  const link = page.getByRole("link", { name: `Sign in with ${new URL(provider.issuer).host}` });
  await link.waitFor();
  await checkLooks(page, "sign-in");
  await link.click();
  await signInAtProvider(page, "rita");
  await page.waitForURL(`${front.url}/batches?status=failed`);
  await page.getByText("rita@example.com · research · submit").waitFor();
  await page.reload();
  await page.getByText("No batch is failed.").waitFor();

  const cookies = await context.cookies(front.url);
  const session = cookies.find(({ name }) => name === "bullpen_session") ?? assert.fail("no session");
  assert.deepEqual([session.sameSite, session.httpOnly, session.expires], ["Strict", true, -1]);
  assert.ok(!cookies.some(({ name }) => name === "bullpen_sign_in"), "a sign-in ends once");
  const [record] = (await keys.list()).filter(({ user }) => user === "rita@example.com");
  const hours = ((record?.expires_at ?? 0) - Date.now()) / 3_600_000;
  assert.ok(hours > 11 && hours <= 12, `the session ends in ${hours} hours`);

  const other = await context.newPage();
  await other.goto(front.url);
  await heading(other, "Overview");
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("link", { name: "Sign out there" }).waitFor();
  await link.waitFor();
  // A page that is open elsewhere hears of it as it asks the api again.
  await other.getByLabel("Key").waitFor();
  const [ended] = (await keys.list()).filter(({ user }) => user === "rita@example.com");
  assert.ok(ended?.revoked_at !== undefined, "a copy of the cookie is of no use");
  await context.close();
});

test("an admin comes back to the queues, whose first request has the strict cookie already", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${front.url}/session/oidc?return=/queues`);
  await signInAtProvider(page, "olga");
  await page.waitForURL(`${front.url}/queues`);
  await page.getByText("Bullpen").first().waitFor();
  assert.equal(await page.evaluate("fetch('/queues/api/queues').then(({ status }) => status)"), 200);
  await context.close();
});

test("who has no role is told so, and is not signed in", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${front.url}/session/oidc`);
  await signInAtProvider(page, "mallory");
  await page.getByText("You are mallory@example.com, and nobody has given you").waitFor();
  await page.getByRole("link", { name: "Sign in with a key" }).click();
  await page.getByLabel("Key").waitFor();
  assert.ok(!(await context.cookies(front.url)).some(({ name }) => name === "bullpen_session"));
  await context.close();
});
