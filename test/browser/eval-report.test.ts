import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import {
  type EvaluationResult,
  generationSchema,
  parseCase,
  RESULT_SCHEMA_VERSION,
  reportPage,
  scoreCase,
  summarize,
} from "@bullpen/evaluation";
import type { Browser } from "playwright-core";
import { launchChromium } from "./chromium.js";
import { DESKTOP, openPage, PHONE, sidewaysOverflow, type WatchedPage } from "./watched-page.js";

const HOSTILE = `</pre></details><script>window.hostile=1</script><img src=x onerror="window.hostile=2"> "'&amp; \u202eabc \0`;

/** A result with every outcome, a hostile text in every place, and names as long as they get. */
async function makeResult(): Promise<EvaluationResult> {
  const cases = await Promise.all(
    Array.from({ length: 60 }, async (_, i) => {
      const line = {
        id: `${i}-${HOSTILE}`,
        question: `${HOSTILE} ${"x".repeat(300)} ${i}`,
        answer: i % 3 === 0 ? HOSTILE : `no ${i}`,
        check: i % 5 === 0 ? "judge" : "contains",
        class: i % 2 === 0 ? HOSTILE.slice(0, 90) : "short",
      };
      const steps = [{ tool_name: HOSTILE, input: HOSTILE, observation: HOSTILE, is_error: i % 4 === 0 }];
      const error = i % 7 === 0 ? { code: "max_steps", message: HOSTILE } : null;
      const generation = generationSchema.parse({
        query_id: `query_${i}`,
        answer: error ? null : HOSTILE,
        finish_reason: null,
        error,
        steps: i % 2 === 0 ? steps : [],
        turns: i % 15,
        ...(i % 3 === 0 && { votes: { requested: 5, answers: 5, agreed: 3, share: 0.6 } }),
        prompt_tokens: 100,
        completion_tokens: 5,
        generation_ms: 1,
        duration_ms: 1_500,
      });
      return scoreCase(parseCase(JSON.stringify(line)), generation, async () => ({
        model: HOSTILE,
        prompt: HOSTILE,
        reply: HOSTILE,
        verdict: i % 2 === 0 ? "incorrect" : null,
        error: null,
      }));
    }),
  );
  return {
    schema_version: RESULT_SCHEMA_VERSION,
    run: {
      dataset: `${HOSTILE}.jsonl`,
      dataset_sha256: "0",
      model: HOSTILE,
      batch_id: "batch_1",
      started_at: "2026-11-28T00:00:00.000Z",
      finished_at: null,
      wall_ms: 65_000,
    },
    summary: summarize(cases, { prices: { input: 0.5, output: 1.5 } }),
    cases,
  };
}

describe("the report of an evaluation in a browser", { timeout: 120_000 }, () => {
  let browser: Browser;
  let folder: string;
  let url: string;
  let result: EvaluationResult;

  before(async () => {
    browser = await launchChromium();
    folder = await mkdtemp(join(tmpdir(), "bullpen-report-"));
    result = await makeResult();
    const path = join(folder, "report.html");
    await writeFile(path, [...reportPage(result)].join(""));
    url = pathToFileURL(path).href;
  });
  after(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function onPage(viewport: typeof DESKTOP, check: (watched: WatchedPage) => Promise<void>) {
    const watched = await openPage(browser, viewport);
    const requests: string[] = [];
    watched.page.on("request", (request) => requests.push(request.url()));
    try {
      await watched.page.goto(url);
      await check(watched);
      assert.deepEqual(watched.complaints, [], "the page complained");
      assert.deepEqual(requests, [url], "the page is all that is loaded");
    } finally {
      await watched.close();
    }
  }

  for (const [name, viewport] of [
    ["a desktop", DESKTOP],
    ["a phone", PHONE],
  ] as const) {
    test(`hostile texts are shown as text and nothing is cut off on ${name}`, async () => {
      await onPage(viewport, async ({ page }) => {
        assert.equal(await page.evaluate<unknown>("window.hostile"), undefined);
        assert.equal(await page.locator("script, img, iframe, object, link").count(), 0);
        assert.equal(await sidewaysOverflow(page), 0);
        assert.ok((await page.title()).startsWith("</pre></details><script>"));
        assert.equal(await page.locator("main").count(), 1);
      });
    });
  }

  test("every case without a right answer has a transcript that opens", async () => {
    await onPage(DESKTOP, async ({ page }) => {
      const wanted = result.cases.filter(({ outcome }) => outcome !== "right");
      assert.ok(new Set(wanted.map(({ outcome }) => outcome)).size === 3, "all outcomes are there");
      const details = page.locator("details");
      assert.equal(await details.count(), wanted.length);
      const first = details.first();
      assert.equal(await first.locator(".body").isVisible(), false);
      await first.locator("summary").click();
      assert.ok(await first.locator(".body").isVisible());
      assert.ok((await first.locator(".body").textContent())?.includes("<script>window.hostile=1</script>"));
      await page.keyboard.press("Enter");
      assert.equal(await first.locator(".body").isVisible(), false, "the keyboard closes it too");
    });
  });

  test("a vote says whether agreement tells which answers to trust", async () => {
    await onPage(DESKTOP, async ({ page }) => {
      const rows = page.getByRole("region", { name: "agreement" }).locator("tbody tr");
      const scored = result.cases.filter(({ generation }) => generation.votes);
      const right = scored.filter(({ outcome }) => outcome === "right").length;
      assert.equal(await rows.count(), 1);
      const cells = await rows.first().locator("th, td").allTextContents();
      assert.deepEqual(cells.slice(0, 3), ["half agree", String(scored.length), String(right)]);
    });
  });

  test("charts have names for those who do not see them, and colours follow the reader's setting", async () => {
    await onPage(DESKTOP, async ({ page }) => {
      assert.equal(await page.getByRole("img").count(), 3);
      for (const chart of await page.getByRole("img").all()) {
        assert.ok(((await chart.getAttribute("aria-label")) ?? "").length > 20);
      }
      const color = "getComputedStyle(document.body).backgroundColor";
      await page.emulateMedia({ colorScheme: "light" });
      const light = await page.evaluate<string>(color);
      await page.emulateMedia({ colorScheme: "dark" });
      assert.notEqual(await page.evaluate<string>(color), light);
    });
  });

  for (const scheme of ["light", "dark"] as const) {
    test(`texts have enough contrast in ${scheme} colours`, async () => {
      await onPage(DESKTOP, async ({ page }) => {
        await page.emulateMedia({ colorScheme: scheme });
        // The relative luminance and the ratio of WCAG 2.
        const script = `(() => {
          const numbers = (color) => color.match(/[\\d.]+/g).slice(0, 3).map((n) => n / 255);
          const light = (color) => numbers(color)
            .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
            .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
          const back = getComputedStyle(document.body).backgroundColor;
          return ["body", ".dim", ".tag.wrong", ".tag.failed", ".tag.unjudged"].map((name) => {
            const [a, b] = [light(getComputedStyle(document.querySelector(name)).color), light(back)].sort();
            return (b + 0.05) / (a + 0.05);
          });
        })()`;
        for (const ratio of await page.evaluate<number[]>(script)) assert.ok(ratio >= 4.5, String(ratio));
      });
    });
  }
});
