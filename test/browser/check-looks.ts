import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { ROOT } from "../testing/run-app.js";
import { seriousFindings } from "./axe.js";
import { DESKTOP, PHONE, sidewaysOverflow } from "./watched-page.js";

/** Git ignores it. Somebody should look at them. */
const SCREENSHOTS = join(ROOT, ".bullpen/screenshots");

/** What a page must fulfil in light, dark and as narrow as a phone; leaves a picture of each. */
export async function checkLooks(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  for (const look of ["light", "dark", "phone"] as const) {
    await page.emulateMedia({ colorScheme: look === "dark" ? "dark" : "light", reducedMotion: "reduce" });
    await page.setViewportSize(look === "phone" ? PHONE : DESKTOP);
    if (look !== "phone") assert.deepEqual(await seriousFindings(page), [], `${name}, ${look}`);
    assert.equal(await sidewaysOverflow(page), 0, `${name}, ${look}: wider than the window`);
    await page.screenshot({ path: join(SCREENSHOTS, `${name}-${look}.png`), fullPage: true });
  }
  await page.setViewportSize(DESKTOP);
}
