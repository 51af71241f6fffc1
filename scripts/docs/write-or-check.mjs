import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { ROOT } from "../setup.mjs";

/**
 * Writes documents that are made from the source. With `--check` it writes nothing, and the process fails where a file
 * says something else.
 *
 * @param {Readonly<Record<string, string>>} documents texts by path, from the root of the repository.
 */
export function writeOrCheck(documents) {
  const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
  for (const [path, text] of Object.entries(documents)) {
    if (!values.check) writeFileSync(ROOT + path, text);
    else if (readOrEmpty(ROOT + path) !== text) {
      console.error(`${path} does not say what its sources say. Run \`npm run docs\`.`);
      process.exitCode = 1;
    }
  }
}

function readOrEmpty(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
