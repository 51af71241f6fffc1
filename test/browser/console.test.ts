import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { batchLine } from "../testing/batch-lines.js";
import { startReceiver } from "../testing/receiver.js";
import { until } from "../testing/until.js";
import { ConsoleHarness, heading } from "./console-harness.js";
import { HOSTILE_TEXTS, LONG_TEXT } from "./hostile-texts.js";

describe("console in a browser", { timeout: 300_000 }, () => {
  let console: ConsoleHarness;
  /** A batch of hostile texts, one that answers, fails and calls tools, one that is refused. */
  let hostile: string;
  let mixed: string;
  let refused: string;

  before(async () => {
    console = await ConsoleHarness.start();
    hostile = await run(
      [...HOSTILE_TEXTS.map((text) => batchLine(text.slice(0, 500), text)), batchLine("long", "long")],
      { note: HOSTILE_TEXTS[1] ?? "" },
    );
    const lines = Array.from({ length: 60 }, (_, i) =>
      batchLine(`question-${i + 1}`, i % 10 === 3 ? "fail" : i % 10 === 5 ? `compute ${i}` : `What is ${i}?`),
    );
    mixed = await run(lines, { team: "research", run: "nightly" });
    refused = await run([batchLine("a", "x"), batchLine("a", "x"), "{"]);
  });
  after(() => console?.stop());

  async function submit(lines: readonly string[], metadata: Record<string, string> = {}): Promise<string> {
    const { client } = console.stack;
    const file = await client.files.upload(lines.join("\n"), { filename: "input.jsonl" });
    return (await client.batches.create({ input_file_id: file.id, metadata })).id;
  }

  async function run(lines: readonly string[], metadata?: Record<string, string>): Promise<string> {
    const id = await submit(lines, metadata);
    await console.stack.client.batches.wait(id);
    return id;
  }

  it("shows models, workers and batches on the overview", async () => {
    await console.checkEverywhere("overview", "/", async (page) => {
      await page.getByRole("region", { name: "Models" }).getByText("scripted").waitFor();
      await page.getByRole("link", { name: mixed }).waitFor();
      await page.getByRole("img", { name: /^Queries in the queue: now Queued \d/ }).waitFor();
      await page.getByLabel("Period").selectOption("Last week");
      await page.waitForURL("**/?period=week");
      await page.getByRole("img", { name: /^Slots: now Busy/ }).hover();
    });
  });

  it("says that an address leads nowhere", async () => {
    await console.checkEverywhere("not-found", "/nowhere", (page) => heading(page, "Not found"));
  });

  it("is walked by the keyboard, and remembers its colours", async () => {
    await console.onPage("/nowhere", async ({ page }) => {
      await heading(page, "Not found");
      await page.keyboard.press("?");
      await page.getByRole("dialog").getByText("Overview").waitFor();
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "hidden" });
      await page.keyboard.press("g");
      await page.keyboard.press("o");
      await heading(page, "Overview");
      await page.getByLabel("Colours").selectOption("dark");
      await page.reload();
      await heading(page, "Overview");
      assert.equal(await page.evaluate<string>("document.documentElement.style.colorScheme"), "dark");
    });
  });

  it("links to the queues, which link back", async () => {
    await console.onPage("/", async ({ page }) => {
      await page.getByRole("link", { name: "scripted" }).click();
      await page.waitForURL("**/queues/queue/agent.scripted**");
      await page.goBack();
      await heading(page, "Overview");
    });
  });

  it("lists batches, and those of a status", async () => {
    await console.checkEverywhere("batches", "/batches", (page) =>
      page.getByRole("link", { name: mixed }).waitFor(),
    );
    await console.onPage("/batches", async ({ page }) => {
      await page.getByLabel("Status").selectOption("failed");
      await page.getByRole("link", { name: mixed }).waitFor({ state: "hidden" });
      await page.getByRole("link", { name: refused }).waitFor();
      await page.getByLabel("Status").selectOption("expired");
      await page.getByText("No batch is expired.").waitFor();
      await page.getByLabel("Open a batch by its id").fill(hostile);
      await page.keyboard.press("Enter");
      await page.waitForURL(`**/batches/${hostile}`);
    });
  });

  it("shows one batch: counts, failures by code, results page by page, each line", async () => {
    await console.checkEverywhere("batch", `/batches/${mixed}`, async (page) => {
      await page.getByText("of 60").waitFor();
      await page.getByRole("region", { name: "Results" }).getByText("What is 0?").waitFor();
      await page.locator("summary", { hasText: "context_exceeded" }).click();
      await page.getByRole("img", { name: "Lines by turns: up to 54" }).waitFor();
    });
    await console.onPage(`/batches/${mixed}`, async ({ page }) => {
      await page.getByRole("link", { name: "Lines from 51" }).click();
      await page.getByText("What is 59?").waitFor();
      assert.equal(await page.getByRole("row").count(), 11);
      await page.getByRole("link", { name: "56", exact: true }).click();
      await heading(page, "Line 56");
      await page.getByText("computed: 55").waitFor();
    });
    await console.checkEverywhere("line", `/batches/${mixed}/lines/6`, (page) =>
      page.getByText("computed: 5").waitFor(),
    );
  });

  it("says why an input file was not accepted", async () => {
    await console.checkEverywhere("refused-batch", `/batches/${refused}`, (page) =>
      page.getByText("duplicate_custom_id").waitFor(),
    );
  });

  it("shows hostile texts as texts", async () => {
    await console.checkEverywhere("hostile-batch", `/batches/${hostile}`, async (page) => {
      const results = page.getByRole("region", { name: "Results" });
      await results.getByText(`You said: ${HOSTILE_TEXTS[0]}`).waitFor();
      await results.getByText("You said: ␛[31mred␛[0m").waitFor();
      await results.getByText("You said: evil⟨RLO⟩gnp.exe").waitFor();
      assert.doesNotMatch(await page.title(), /pwned/);
      assert.equal(await page.locator("main img, main script, main svg:not([role=img]), main b").count(), 0);
      assert.equal(await page.getByRole("heading", { name: "Overview" }).count(), 0);
    });
    await console.onPage(`/batches/${hostile}/lines/${HOSTILE_TEXTS.length + 1}`, async ({ page }) => {
      const answer = page.locator("pre").first();
      assert.ok(((await answer.textContent()) ?? "").length < 30_000);
      await page.getByRole("button", { name: /Show all 1,0\d\d,\d{3} characters/ }).click();
      await until(
        "the whole answer",
        async () => ((await answer.textContent()) ?? "").length >= LONG_TEXT.length,
      );
    });
  });

  it("lists queries, and shows one: question, tool calls, answer, and asks it again", async () => {
    const { client } = console.stack;
    const { id } = await client.queries.submit({
      query: `compute ${HOSTILE_TEXTS[0]}`,
      metadata: { who: "me" },
    });
    await client.queries.wait(id);
    const failed = await client.queries.submit({ query: "fail, please" });
    await client.queries.wait(failed.id);
    await console.checkEverywhere("queries", "/queries", (page) => page.getByText("fail, please").waitFor());
    await console.checkEverywhere("query", `/queries/${id}`, async (page) => {
      await page.getByText(`You said: compute ${HOSTILE_TEXTS[0]}`).waitFor();
      await page.getByText("Raw JSON").click();
      await page.getByText('"object": "query"').waitFor();
      await page.getByText("Exact prompt").first().click();
      await page.getByRole("heading", { name: "user" }).waitFor();
    });
    await console.checkEverywhere("failed-query", `/queries/${failed.id}`, (page) =>
      heading(page, "Why it failed"),
    );
    await console.onPage("/queries", async ({ page }) => {
      await page.getByLabel("Status").selectOption("failed");
      await page.getByRole("link", { name: "compute" }).waitFor({ state: "hidden" });
      await page.getByRole("link", { name: "fail, please" }).click();
      await page.getByRole("link", { name: "Run again with…" }).click();
      await page.getByLabel("Question").fill("What else?");
      assert.equal(await page.getByLabel("Most turns").inputValue(), "10");
      await page.getByLabel("Temperature").fill("0.5");
      await page.getByRole("button", { name: "Ask" }).click();
      await page.getByText("You said: What else?").waitFor();
      const again = await client.queries.transcript(new URL(page.url()).pathname.split("/").at(-1) ?? "");
      assert.equal(again.sampling.temperature, 0.5);
    });
  });

  it("runs failed lines of a batch again, in place or as a new batch, by their codes", async () => {
    const id = await run([batchLine("a", "fail 1"), batchLine("b", "fine")]);
    await console.onPage(`/batches/${id}`, async ({ page }) => {
      await page.getByRole("button", { name: "Retry failed…" }).click();
      await page.getByRole("checkbox", { name: "context_exceeded 1" }).waitFor();
      const retried = page.waitForResponse((response) => response.url().endsWith("/retry"));
      await page.getByRole("button", { name: "Retry", exact: true }).click();
      await retried;
      await page.getByRole("dialog").waitFor({ state: "hidden" });
      await console.stack.client.batches.wait(id);
      await page.locator(".subject .status", { hasText: "completed" }).waitFor();
      await page.getByRole("button", { name: "Retry failed…" }).click();
      await page.getByRole("radio", { name: "are those of a new batch" }).check();
      await page.getByRole("button", { name: "Retry", exact: true }).click();
      await page.waitForURL((url) => !url.pathname.endsWith(id));
      await page.getByRole("link", { name: id }).waitFor();
    });
  });

  it("pauses a batch, changes its priority and budget, and goes on", async () => {
    const id = await submit(Array.from({ length: 400 }, (_, i) => batchLine(String(i), `slow ${i}`)));
    await console.onPage(`/batches/${id}`, async ({ page }) => {
      await page.getByRole("button", { name: "Pause" }).click();
      await page.getByText("no other begins until it is resumed").waitFor();
      await page.locator("summary", { hasText: "no budget" }).click();
      await page.getByLabel("Priority, 1 to 100").fill("42");
      await page.getByLabel("Budget, in tokens").fill("9000000");
      await page.getByRole("button", { name: "Save" }).click();
      await page.locator("summary", { hasText: "Priority 42, budget 9,000,000 tokens" }).waitFor();
      await page.getByRole("button", { name: "Resume" }).click();
      await page.getByRole("button", { name: "Pause" }).waitFor();
    });
    await console.stack.client.batches.cancel(id);
  });

  it("shows models and tools", async () => {
    await console.checkEverywhere("models", "/models", async (page) => {
      await page.locator("summary", { hasText: "Calculator" }).click();
      await page.getByText("It takes a text.").first().waitFor();
    });
  });

  it("shows webhook endpoints with their deliveries, and sends a test", async () => {
    const receiver = await startReceiver();
    try {
      const { client } = console.stack;
      await client.webhookEndpoints.create({ url: receiver.url, name: HOSTILE_TEXTS[1] ?? "" });
      await run([batchLine("a", "x")]);
      await console.checkEverywhere("webhooks", "/webhooks", async (page) => {
        await heading(page, HOSTILE_TEXTS[1] ?? "");
        await page.getByRole("button", { name: "Send a test" }).click();
        await page.getByText("It answered 200.").waitFor();
        await page.getByRole("region", { name: "Deliveries" }).waitFor();
      });
      await console.onPage("/webhooks", async ({ page }) => {
        await page.getByLabel("URL").last().fill(receiver.url);
        await page.getByLabel("Name").last().fill("made here");
        await page.getByRole("button", { name: "Create" }).click();
        await page.getByText("Copy this signing secret now.").waitFor();
        await heading(page, "made here");
        const made = page.locator("section", { has: page.getByRole("heading", { name: "made here" }) });
        await made.getByRole("button", { name: "Disable" }).click();
        await made.locator(".status.bad", { hasText: "disabled" }).waitFor();
        await made.getByRole("button", { name: "Edit" }).click();
        await made.getByLabel("Name").fill("renamed");
        await made.getByRole("button", { name: "Save" }).click();
        await heading(page, "renamed");
        const renamed = page.locator("section", { has: page.getByRole("heading", { name: "renamed" }) });
        await renamed.getByRole("button", { name: "Enable" }).click();
        await renamed.getByRole("button", { name: "Rotate secret" }).click();
        await page.getByRole("dialog").getByRole("button", { name: "Rotate secret" }).click();
        await page.getByText("Copy this signing secret now.").waitFor();
        await renamed.getByRole("button", { name: "Delete" }).click();
        await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
        await renamed.waitFor({ state: "hidden" });
      });
    } finally {
      await receiver.close();
    }
  });

  it("takes a file that is dropped in: faults by line, preview, upload, batch", async () => {
    await console.checkEverywhere("submit", "/submit", async (page) => {
      await page.locator("input[type=file]").setInputFiles({
        name: "mixed.jsonl",
        mimeType: "application/jsonl",
        buffer: Buffer.from('{"question":"What is 1?"}\n{"question":""}\nno json\n"What is 2?"\n'),
      });
      await page.getByText("2 lines cannot be taken").waitFor();
      await page.getByText("Line 3: This is no JSON.").waitFor();
      await page.getByRole("button", { name: "Estimate" }).click();
      await page.getByText("By a sample of 2 lines that were run").waitFor();
    });
    await console.onPage("/submit", async ({ page }) => {
      await page.locator(".drop").waitFor();
      // A string, because TypeScript knows no DOM here.
      await page.evaluate(`(() => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File(["id,question\\nfirst,What is 7?\\n"], "questions.csv"));
        document.querySelector(".drop").dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true }));
      })()`);
      await page.getByRole("button", { name: "Start a batch of 1 line" }).click();
      await page.waitForURL("**/batches/batch_*");
      await page.getByText("You said: What is 7?").waitFor();
    });
  });
});
