import assert from "node:assert/strict";
import type { BullpenClient } from "@bullpen/client";
import type { Page } from "playwright-core";
import { HOSTILE_TEXTS, LONG_TEXT } from "../browser/hostile-texts.js";
import { batchLine } from "../testing/batch-lines.js";

/** What was made of hostile texts, one of each text where there is one for each. */
export interface HostileThings {
  readonly queries: readonly string[];
  readonly batch: string;
  readonly lines: number;
}

/** Puts hostile texts wherever a caller may put a text. */
export async function createHostileThings(client: BullpenClient, webhookUrl: string): Promise<HostileThings> {
  const queries: string[] = [];
  for (const text of [...HOSTILE_TEXTS, "long"]) {
    const { id } = await client.queries.submit({
      query: text === "long" ? text : `compute ${text}`,
      custom_id: text.slice(0, 500),
      metadata: { [nameOf(text)]: text.slice(0, 500) },
    });
    queries.push(id);
  }
  for (const id of queries) await client.queries.wait(id);
  const lines = [...HOSTILE_TEXTS, "long"].map((text) =>
    batchLine(text.slice(0, 500), text === "long" ? text : `compute ${text}`),
  );
  const failing = HOSTILE_TEXTS.map((text) => batchLine(`failing ${text.slice(0, 480)}`, `fail ${text}`));
  const input = [...lines, ...failing].join("\n");
  const file = await client.files.upload(input, { filename: `${HOSTILE_TEXTS[1]}.jsonl` });
  const pairs = HOSTILE_TEXTS.map((text) => [nameOf(text), text.slice(0, 500)] as const);
  const { id } = await client.batches.create({ input_file_id: file.id, metadata: Object.fromEntries(pairs) });
  await client.batches.wait(id);
  for (const text of HOSTILE_TEXTS) {
    await client.webhookEndpoints.create({ url: webhookUrl, name: text.slice(0, 250) });
  }
  return { queries, batch: id, lines: lines.length + failing.length };
}

/** A text as the name of a note; the one that the api refuses is altered. */
function nameOf(text: string): string {
  return text === "__proto__" ? "__proto__ " : text.slice(0, 60);
}

/** The pages on which these things are seen. */
export function pagesOf({ queries, batch, lines }: HostileThings): string[] {
  return [
    "/",
    "/batches",
    `/batches/${batch}`,
    ...Array.from({ length: lines }, (_, i) => `/batches/${batch}/lines/${i + 1}`),
    "/queries",
    ...queries.map((id) => `/queries/${id}`),
    ...queries.slice(0, 3).map((id) => `/submit?from=${id}`),
    "/webhooks",
    `/batches/${encodeURIComponent(HOSTILE_TEXTS[0] ?? "")}`,
    `/queries/${encodeURIComponent(HOSTILE_TEXTS[6] ?? "")}`,
  ];
}

/** What a page says or holds that changes how texts are shown, or that a text has made. */
const READ_PAGE = `(() => {
  const active = /[^\\P{Cc}\\n\\t\\r]|\\p{Bidi_Control}/u;
  const texts = [document.title, document.body.innerText];
  for (const element of document.querySelectorAll("[title], [aria-label], [placeholder]")) {
    texts.push(element.title, element.getAttribute("aria-label") ?? "", element.placeholder ?? "");
  }
  const made = document.querySelectorAll("main img, main script, main iframe, main b, main [onerror], main [onload], main a[href^='javascript:']");
  return {
    active: texts.filter((text) => active.test(text)).map((text) => JSON.stringify(text).slice(0, 200)),
    made: [...made].map((element) => element.outerHTML.slice(0, 200)),
    title: document.title,
    shown: document.body.innerText.length,
  };
})()`;

interface ReadPage {
  readonly active: readonly string[];
  readonly made: readonly string[];
  readonly title: string;
  readonly shown: number;
}

/** Asserts that all texts of an open page are no more than texts. */
export async function checkTexts(page: Page, path: string): Promise<void> {
  await page.locator("main h1").waitFor();
  for (const summary of await page.locator("main summary").all()) await summary.click();
  const read = await page.evaluate<ReadPage>(READ_PAGE);
  assert.deepEqual(read.made, [], `${path}: elements that a text has made`);
  assert.deepEqual(read.active, [], `${path}: characters that change the texts around them`);
  assert.doesNotMatch(read.title, /pwned/, path);
  assert.ok(read.shown < LONG_TEXT.length / 2, `${path}: a text of a megabyte is shown whole at once`);
}
