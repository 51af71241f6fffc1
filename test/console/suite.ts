import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { parseArgs } from "node:util";
import type { Page } from "playwright-core";
import { type ConsoleHarness, heading } from "../browser/console-harness.js";
import { batchLine } from "../testing/batch-lines.js";
import type { NvidiaSmi } from "../testing/nvidia-smi.js";
import { startReceiver } from "../testing/receiver.js";
import { until } from "../testing/until.js";
import { checkTexts, createHostileThings, type HostileThings, pagesOf } from "./hostile-pages.js";
import { checkTerminal } from "./hostile-terminal.js";
import { measureCost } from "./measure-console.js";
import { seedBatches, seedQueries } from "./seed-console.js";
import { startSeededConsole } from "./start-console.js";

/** What is stored before the first page is opened. Fewer are for trying out changes of the tests. */
const { values } = parseArgs({
  options: { queries: { type: "string", default: "10000" }, batches: { type: "string", default: "1000" } },
});
/** Lines of the file that is dropped in, and how many of them fail the first time. */
const LINES = 10_000;
const FAILING = LINES / 100;

/** Times that each first page is opened. */
const ATTEMPTS = 5;
/** Seconds in which nothing happens. */
const REST_SECONDS = 20;

let console_: ConsoleHarness;
let gpus: NvidiaSmi;
let receiver: Awaited<ReturnType<typeof startReceiver>> | undefined;
let things: HostileThings | undefined;

before(async () => {
  ({ console: console_, gpus } = await startSeededConsole());
  const { client } = console_.stack;
  await Promise.all([
    seedQueries(client, Number(values.queries)),
    seedBatches(client, Number(values.batches)),
  ]);
});
after(async () => {
  await console_?.stop();
  await gpus?.remove();
  await receiver?.close();
});

// A machine has other work too: what is measured here is printed, and no test fails by it.
test("first pages are there, and their times are printed", async () => {
  const times = new Map<string, number[]>();
  for (const [path, last] of [
    ["/", "Latest batches"],
    ["/batches", "Batches"],
    ["/queries", "Queries"],
  ] as const) {
    for (let i = 0; i < ATTEMPTS; i++) {
      await console_.onPage(path, async ({ page }) => {
        await heading(page, last);
        await page.locator("tbody a").last().waitFor();
        if (path === "/") await page.getByRole("img", { name: /^Slots: now/ }).waitFor();
        // Since the navigation began, as the browser counts it.
        const time = await page.evaluate<number>("performance.now()");
        times.set(path, [...(times.get(path) ?? []), time]);
      });
    }
  }
  for (const [path, all] of times) {
    const [best = 0, ...others] = all.map(Math.round).sort((a, b) => a - b);
    console.log(`first page ${path}: ${best} ms at best, then ${others.join(", ")}`);
  }
});

test("a page at rest goes on, and its cost is printed", async () => {
  const { dashboard, stack } = console_;
  const measure = () => measureCost(dashboard.pid, stack.agents.redis.connection, REST_SECONDS);
  const alone = await measure();
  await console_.onPage("/", async ({ page }) => {
    await heading(page, "Latest batches");
    const open = await measure();
    const show = (part: number) => `${(part * 100).toFixed(2)} %`;
    console.log(`at rest: dashboard ${show(alone.process)} of a core, Redis ${show(alone.redis)}`);
    console.log(
      `with the overview open: dashboard ${show(open.process)} of a core, Redis ${show(open.redis)}`,
    );
    await heading(page, "Latest batches");
  });
});

test("takes 10,000 lines that are dropped in, follows them, opens a failure, retries, downloads", async () => {
  await console_.onPage("/submit", async ({ page }) => {
    await page.locator(".drop").waitFor();
    await dropLines(page);
    await page.getByText("1 line cannot be taken").waitFor();
    await page.getByRole("button", { name: /^Start a batch of 10,000 lines/ }).click();
    await page.waitForURL("**/batches/batch_*");
    const url = page.url();
    await followToEnd(page);
    assert.equal(page.url(), url);
    await page.locator("summary", { hasText: "context_exceeded" }).click();
    await page
      .getByRole("link", { name: /^Line / })
      .first()
      .click();
    await heading(page, "Why it failed");
    await page.goBack();
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "Download errors" }).click();
    assert.match((await download).suggestedFilename(), /_error\.jsonl$/);
    await page.getByRole("button", { name: "Retry failed…" }).click();
    await page.getByRole("checkbox", { name: `context_exceeded ${FAILING}` }).waitFor();
    await page.getByRole("button", { name: "Retry", exact: true }).click();
    await page.getByRole("link", { name: "Download errors" }).waitFor({ state: "hidden" });
    await page.locator(".subject .status", { hasText: "completed" }).waitFor({ timeout: 60_000 });
    await page.getByText("100 %").first().waitFor();
    assert.equal(await page.locator(".figures dd").nth(1).textContent(), "0");
  });
});

test("cancels a batch of 10,000 lines, and downloads what was answered", async () => {
  const { client } = console_.stack;
  const lines = Array.from({ length: LINES }, (_, i) => batchLine(String(i), `line ${i}`));
  const file = await client.files.upload(lines.join("\n"), { filename: "input.jsonl" });
  const { id } = await client.batches.create({ input_file_id: file.id });
  await console_.checkEverywhere("large-batch", `/batches/${id}`, (page) =>
    page.getByText("of 10,000").waitFor(),
  );
  await console_.onPage(`/batches/${id}`, async ({ page }) => {
    await until("lines end", async () => (await endedLines(page)) > 200);
    await page.getByRole("button", { name: "Cancel batch" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Cancel batch" }).click();
    await page.locator(".subject .status", { hasText: "cancelled" }).waitFor({ timeout: 60_000 });
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "Download answers" }).click();
    assert.equal((await download).suggestedFilename(), `${id}_output.jsonl`);
  });
});

test("opens a failed query from the list of those that failed", async () => {
  const { client } = console_.stack;
  const { id } = await client.queries.submit({ query: "fail, please" });
  await client.queries.wait(id);
  await console_.onPage("/queries?status=failed", async ({ page }) => {
    await page.getByRole("link", { name: "fail, please" }).click();
    await heading(page, "Why it failed");
    await heading(page, "Timeline");
  });
  await console_.checkEverywhere("busy-overview", "/", async (page) => {
    await page.getByRole("img", { name: /^GPUs: now/ }).waitFor();
  });
});

test("hostile texts are texts on every page", async () => {
  receiver = await startReceiver();
  things = await createHostileThings(console_.stack.client, receiver.url);
  const paths = pagesOf(things);
  await console_.onPage("/", async ({ page, complaints }) => {
    for (const path of paths) {
      await page.goto(console_.url + path);
      await until("the page is there", async () => (await page.locator(".skeleton").count()) === 0);
      await checkTexts(page, path);
      // What is not there is answered with 404, which browsers note.
      if (path.includes("%")) complaints.length = 0;
    }
  });
  await console_.checkEverywhere("hostile-query", `/queries/${things.queries[1]}`, (page) =>
    heading(page, "Timeline"),
  );
});

test("hostile texts are texts on a terminal", async () => {
  assert.ok(things, "the texts of the test before");
  await checkTerminal(console_.stack.api.url, things);
});

/** Drops a file of questions, a hundredth of which fail once, and one line that is no JSON. */
async function dropLines(page: Page): Promise<void> {
  // A string, because TypeScript knows no DOM here.
  await page.evaluate(`(() => {
    const lines = Array.from({ length: ${LINES} }, (_, i) =>
      JSON.stringify({ id: "q" + i, question: (i % 100 === 7 ? "fail once " : "What is ") + i }));
    lines.splice(5, 0, "no json");
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([lines.join("\\n")], "questions.jsonl"));
    document.querySelector(".drop").dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true }));
  })()`);
}

/** Watches the figures of an open batch grow until it has ended. */
async function followToEnd(page: Page): Promise<void> {
  const seen = new Set<number>();
  await until(
    "the batch ends",
    async () => {
      seen.add(await endedLines(page));
      return (await page.locator(".subject .status", { hasText: "completed" }).count()) > 0;
    },
    180_000,
  );
  assert.ok(seen.size > 3, `the figures changed: ${[...seen].join(", ")}`);
}

async function endedLines(page: Page): Promise<number> {
  const text = await page.locator(".figures dd").first().textContent({ timeout: 10_000 });
  return Number.parseInt((text ?? "").replace(",", ""), 10) || 0;
}
