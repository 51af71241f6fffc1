// What the program of a client needs: it names its features, each a function, and runs them one by one.
import { readFileSync } from "node:fs";

/** A model that says what the question quotes, see scripted-answers.ts. */
export const SCRIPTED_URL = `${process.env.SCRIPTED_URL}/v1`;
/** The whole of Bullpen with its demo model, which has Bullpen's own tools. */
export const DEMO_URL = `${process.env.DEMO_URL}/v1`;
export const DEMO_MODEL = process.env.DEMO_MODEL;
/** The demo model calculates this. */
export const SUM = "What is 127 * 43?";
export const TOTAL = "5461";

/**
 * Runs all features. One that fails does not stop the others.
 *
 * @param folder the program's own: its packages are there.
 * @param {Record<string, (() => unknown) | { because: string, run: () => unknown }>} features by name; `because` says in
 *   a sentence why a feature is known not to work.
 */
export async function runFeatures({ client, packages, folder = import.meta.dirname }, features) {
  const versions = packages.map((name) => {
    const { version } = JSON.parse(readFileSync(`${folder}/node_modules/${name}/package.json`, "utf8"));
    return [name, version];
  });
  tell({ client, packages: Object.fromEntries(versions), features: Object.keys(features) });
  for (const [feature, given] of Object.entries(features)) {
    const { run, because = null } = typeof given === "function" ? { run: given } : given;
    let error = null;
    try {
      await run();
    } catch (problem) {
      error = String(problem?.stack ?? problem) + (problem?.cause ? `\n${problem.cause}` : "");
    }
    tell({ feature, error, because });
  }
}

function tell(value) {
  process.stdout.write(`@@ ${JSON.stringify(value)}\n`);
}
