import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { action, finalAnswer } from "../testing/action.js";
import { type BatchHarness, type BatchHarnessOptions, startBatchHarness } from "../testing/batch-harness.js";
import { checkLooks } from "./check-looks.js";
import { launchChromium } from "./chromium.js";
import { DashboardProcess } from "./dashboard-process.js";
import { LONG_TEXT } from "./hostile-texts.js";
import { DESKTOP, openPage, type WatchedPage } from "./watched-page.js";

/** A stack whose model says what the question asks for, the dashboard, and a browser to look at it with. */
export class ConsoleHarness {
  readonly stack: BatchHarness;
  readonly url: string;
  readonly dashboard: DashboardProcess;
  readonly #browser: Browser;

  static async start(options: Pick<BatchHarnessOptions, "withHeartbeat"> = {}): Promise<ConsoleHarness> {
    const browser = await launchChromium();
    const stack = await startBatchHarness({
      script: ({ messages }) => reply(messages),
      slots: 16,
      ...options,
      tools: { Calculator: ({ input }) => ({ observation: `computed: ${input}`, is_error: false }) },
      api: { WEBHOOKS_ALLOW_PRIVATE: true },
      batcher: { WEBHOOKS_ALLOW_PRIVATE: true },
    });
    const dashboard = await DashboardProcess.start({
      REDIS_URL: stack.agents.redis.url,
      API_URL: stack.api.url,
    });
    return new ConsoleHarness(stack, dashboard, browser);
  }

  private constructor(stack: BatchHarness, dashboard: DashboardProcess, browser: Browser) {
    this.stack = stack;
    this.url = dashboard.url;
    this.dashboard = dashboard;
    this.#browser = browser;
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    await this.dashboard.stop();
    await this.stack.stop();
  }

  /** Runs `look` on a fresh page, then asserts that the page behaved. */
  async onPage(path: string, look: (watched: WatchedPage) => Promise<void>): Promise<void> {
    const watched = await openPage(this.#browser, DESKTOP);
    watched.page.on("dialog", (dialog) => watched.complaints.push(`a dialog: ${dialog.message()}`));
    try {
      await watched.page.goto(this.url + path);
      await look(watched);
      assert.deepEqual(watched.complaints, [], "the page complained");
      assert.deepEqual(watched.outside, [], "the page asked other hosts");
    } finally {
      await watched.close();
    }
  }

  /** What every page must fulfil, in light, dark and as narrow as a phone; leaves a picture of each. */
  async checkEverywhere(name: string, path: string, ready: (page: Page) => Promise<unknown>): Promise<void> {
    await this.onPage(path, async ({ page }) => {
      await ready(page);
      await checkLooks(page, name);
    });
  }
}

export function heading(page: Page, name: string): Promise<void> {
  return page.getByRole("heading", { name, exact: true }).waitFor();
}

/** Questions that have failed once and are answered when they come again. */
const failedOnce = new Set<string>();

/**
 * Questions that begin with `fail` end the context, with `fail once` the first time; those with `compute` call a tool;
 * others come back as answers.
 */
function reply(messages: readonly { readonly role: string; readonly content: string }[]) {
  const question = messages.find(({ role }) => role === "user")?.content ?? "";
  const last = messages.at(-1);
  const isSecond = question.startsWith("fail once") && failedOnce.has(question);
  if (question.startsWith("fail once")) failedOnce.add(question);
  if (question.startsWith("fail") && !isSecond) return { text: "", finishReason: "context" as const };
  if (question.startsWith("compute") && last?.role === "user") return action("Calculator", question.slice(8));
  return finalAnswer(question === "long" ? LONG_TEXT : `You said: ${question}`);
}
