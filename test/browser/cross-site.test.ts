import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import { after, before, describe, test } from "node:test";
import { listen } from "@bullpen/runtime";
import type { Browser, Page } from "playwright-core";
import { type Answered, AnswerLog } from "./answer-log.js";
import { ATTACK, type Attack, SANDBOXED, type Target } from "./attack-script.js";
import { AttackedInstallation } from "./attacked-installation.js";
import { launchChromium } from "./chromium.js";

/** Leads to this machine, as a name does after DNS rebinding. */
const REBOUND = "evil.example";
/** An address for which browsers send no `Sec-Fetch-Site`, as they trust loopback alone. */
const UNTRUSTED = "0.0.0.0";
/** As browsers are that do not protect local networks themselves. */
const WITHOUT_CHECKS = "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests";

let browser: Browser;
let site: { url: string; server: Server };
let open: AttackedInstallation;
let keyed: AttackedInstallation;
/** Lets every page in: the attacks must succeed there, or they prove nothing. */
let unguarded: AttackedInstallation;

before(async () => {
  site = await startSite();
  [browser, open, keyed, unguarded] = await Promise.all([
    launchChromium([REBOUND, UNTRUSTED], [WITHOUT_CHECKS]),
    AttackedInstallation.start({ withKeys: false }),
    AttackedInstallation.start({ withKeys: true }),
    AttackedInstallation.start({ withKeys: false, api: { CORS_ORIGINS: ["*"] } }),
  ]);
});
after(async () => {
  await browser?.close();
  site?.server.close();
  await open?.stop();
  await keyed?.stop();
  await unguarded?.stop();
});

/** A hostile site: an empty page, and redirects that keep method and body. */
async function startSite(): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://site");
    const to = searchParams.get("to");
    if (pathname === "/redirect" && to !== null) return void response.writeHead(307, { location: to }).end();
    response.setHeader("content-type", "text/html").end("<!doctype html><title>site</title><body>");
  });
  return { server, url: await listen(server, "127.0.0.1", 0, "PORT") };
}

/** Runs a script on a page that is written as text, because TypeScript knows no `document` here. */
function run<T>(page: Page, script: string, value: unknown): Promise<T> {
  return page.evaluate<T>(`(${script})(${JSON.stringify(value)})`);
}

interface Raid {
  /** What the page could read. */
  readonly read: readonly string[];
  /** What the servers answered meanwhile. */
  readonly answered: readonly Answered[];
}

async function raid(page: Page, attack: Attack): Promise<Raid> {
  // What the browser has from an earlier way would not be asked for again.
  const browserSession = await page.context().newCDPSession(page);
  await browserSession.send("Network.enable");
  await browserSession.send("Network.setCacheDisabled", { cacheDisabled: true });
  const log = new AnswerLog();
  try {
    const read = await run<string[]>(page, ATTACK, attack);
    const sandboxed = attack.ways === "fetch" ? [] : await run<string[]>(page, SANDBOXED, attack.targets);
    return {
      read: [...read, ...sandboxed],
      answered: log.answered.filter(({ server }) => server !== site.url),
    };
  } finally {
    log.stop();
  }
}

/** A page that the attacker's server answered before its name was made to lead here. */
async function openRebound(origin: string): Promise<Page> {
  const page = await browser.newPage();
  const url = `${origin.replace("127.0.0.1", REBOUND)}/page`;
  await page.route(url, (route) => route.fulfill({ contentType: "text/html", body: "<body>" }));
  await page.goto(url);
  return page;
}

/** That each target was asked for, so that an attack which never arrived is not taken for one that was held off. */
function assertReached(targets: readonly Target[], answered: readonly Answered[]): void {
  const seen = new Set(answered.map(({ server, path }) => server + path));
  const missed = targets.filter(({ url }) => !seen.has(url.replace(/\/\/[^:/]+/, "//127.0.0.1")));
  assert.deepEqual(missed, []);
}

function served({ answered }: Raid): Answered[] {
  return answered.filter(({ status }) => status !== 403 && status !== 421);
}

describe("a hostile page that tries every route in every way", () => {
  test("does nothing and reads nothing where no key is needed", async () => {
    const before = await open.state();
    const page = await browser.newPage();
    await page.goto(site.url);
    const { api, dashboard } = open.targets();
    const targets = [...api, ...dashboard.filter(({ method }) => method !== "GET")];
    const result = await raid(page, { targets, site: site.url });
    await page.context().close();
    assert.deepEqual([served(result), result.read], [[], []]);
    assertReached(targets, result.answered);
    assert.equal(await open.state(), before);
  });

  test("does nothing with the session of somebody who has signed in on the console", async () => {
    const before = await keyed.state();
    const page = await browser.newPage();
    await page.goto(keyed.dashboard.url);
    await page.getByLabel("Key").fill(keyed.key ?? "");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    await page.goto(site.url);
    // Cookies know no ports: this one would take the session's place where the first of a name counts.
    await page.evaluate('document.cookie = "bullpen_session=forged; path=/session"');
    // What an element can do, the page has tried above; here it is what the session adds.
    const targets = keyed
      .targets()
      .dashboard.map((target) => ({ ...target, byScript: target.method !== "POST" }));
    const result = await raid(page, { targets, site: site.url });
    assert.deepEqual([served(result), result.read], [[], []]);
    assertReached(targets, result.answered);
    await page.goto(keyed.dashboard.url);
    await page.getByText("default · admin").waitFor();
    await page.context().close();
    assert.equal(await keyed.state(), before);
  });

  test("gets nothing under a name that was made to lead here, though the browser takes it for our own", async () => {
    const before = await open.state();
    const { api, dashboard } = open.targets();
    for (const targets of [api, dashboard]) {
      const { origin } = new URL(targets[0]?.url ?? "");
      const page = await openRebound(origin);
      const own = targets.map((target) => ({ ...target, url: target.url.slice(origin.length) }));
      const { read, answered } = await raid(page, { targets: own, site: undefined, ways: "fetch" });
      await page.context().close();
      assert.deepEqual([...new Set(answered.map(({ status }) => status))], [421]);
      // The page may read that it is refused, which holds nothing but its own name.
      for (const text of read) assert.match(text, /: 421 .*host name evil\.example.*unknown_host/);
      assertReached(targets, answered);
    }
    assert.equal(await open.state(), before);
  });

  test("does nothing at an address for which browsers do not tell the site", async () => {
    const before = await open.state();
    const page = await browser.newPage();
    await page.goto(site.url);
    const { api } = open.targets();
    const readable = /\/v1\/(?:queries|files)$|openapi\.json$/;
    const targets = api.map(({ url, method, json }) => ({
      method,
      json,
      url: url.replace("127.0.0.1", UNTRUSTED),
      byScript: method === "GET" && !readable.test(url),
    }));
    const result = await raid(page, { targets, site: site.url });
    await page.context().close();
    // An image or a frame cannot be told from what a program asks for, but the browser keeps the answer to itself.
    assert.deepEqual(
      served(result).filter(({ method }) => method !== "GET"),
      [],
    );
    assert.deepEqual(result.read, []);
    assertReached(api, result.answered);
    assert.equal(await open.state(), before);
  });

  test("would do and read a great deal if it were let in", async () => {
    const page = await browser.newPage();
    await page.goto(site.url);
    const { api } = unguarded.targets();
    const before = await unguarded.state();
    const result = await raid(page, { targets: api, site: undefined, ways: "fetch", credentials: "omit" });
    await page.context().close();
    assert.notEqual(await unguarded.state(), before);
    const done = new Set(served(result).map(({ method, path }) => `${method} ${path}`));
    for (const method of ["POST", "DELETE", "GET"]) {
      assert.ok(
        [...done].some((operation) => operation.startsWith(method)),
        method,
      );
    }
    assert.ok(result.read.some((text) => text.includes('"query":"kept"')));
  });
});
