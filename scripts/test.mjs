// `npm test`: set-up, lint, types, all tests. Closes with the line `N passed, N failed`.
//
// Arguments narrow it to the tests whose path holds one of them, without lint: `npm test -- agent e2e`.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run as runTests } from "node:test";
import { spec } from "node:test/reporters";
import { pathToFileURL } from "node:url";
import { has, installSystemPackage, ROOT, run, setUp } from "./setup.mjs";

setUp();
if (!["chromium", "chromium-browser", "google-chrome"].some(has) && !process.env.CHROMIUM_PATH) {
  installSystemPackage("chromium", "no Chromium for the browser tests");
}
const wanted = process.argv.slice(2);
if (wanted.length === 0) {
  const biome = `${ROOT}node_modules/@biomejs/biome/bin/biome`;
  run(process.execPath, [biome, "check", "."], "The linter found problems.");
  const knip = `${ROOT}node_modules/knip/bin/knip.js`;
  run(process.execPath, [knip], "There are unused files, exports or dependencies.");
}
const files = ["packages", "apps", "test", "scripts"]
  .flatMap((folder) => testFiles(join(ROOT, folder)))
  .filter((file) => wanted.length === 0 || wanted.some((part) => sourceOf(file).includes(part)))
  .sort();

// Every process that a test starts writes down what its api answers; see checkRecordedAnswers.
const recordings = mkdtempSync(join(tmpdir(), "bullpen-answers-"));
const recorder = pathToFileURL(join(ROOT, "test/dist/testing/answers/record-answers.js"));
process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ""} --import=${recorder}`.trim();
process.env.RECORDED_ANSWERS = recordings;

const counts = { passed: 0, failed: 0, skipped: 0 };
/** Test files that measure: what a machine can do, or how it fares when processes hold it up. */
const ALONE = /\/test\/process\/tune\.test/;
const runsAlone = (file) => ALONE.test(sourceOf(file));
await runFiles(
  files.filter((file) => !runsAlone(file)),
  2,
);
await runFiles(files.filter(runsAlone), 1);
await checkRecordedAnswers();
rmSync(recordings, { recursive: true, force: true });
const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;

async function runFiles(files, concurrency) {
  if (files.length === 0) return;
  const stream = runTests({ files, concurrency, timeout: 600_000 });
  const isTest = (event) => event.details?.type !== "suite" && event.nesting > -1;
  stream.on("test:pass", (event) => {
    if (!isTest(event)) return;
    if (event.skip !== undefined || event.todo !== undefined) counts.skipped++;
    else counts.passed++;
  });
  stream.on("test:fail", (event) => {
    if (isTest(event)) counts.failed++;
  });
  for await (const text of stream.compose(spec())) process.stdout.write(text);
}

/** Every answer of the api must fit /openapi.json; a whole run must use every operation that it names. */
async function checkRecordedAnswers() {
  const { checkAnswers } = await import(`${ROOT}test/dist/testing/answers/check-answers.js`);
  const { checked, problems, unused } = checkAnswers(recordings);
  if (checked === 0) return;
  const faults = wanted.length === 0 ? [...problems, ...unused.map((id) => `no test used ${id}`)] : problems;
  for (const fault of faults) console.log(`✖ /openapi.json: ${fault}`);
  console.log(`${checked} answers compared with /openapi.json: ${faults.length} problems`);
  counts[faults.length > 0 ? "failed" : "passed"]++;
}

function testFiles(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => /\bdist\/.*\.test\.js$|\.test\.mjs$/.test(name) && !name.includes("node_modules"))
    .map((name) => join(folder, name));
}

/** The path of a compiled test's source, which is how people name it. */
function sourceOf(file) {
  const isWorkspace = /\/(packages|apps)\/[^/]+\/dist\//.test(file);
  return file.replace("/dist/", isWorkspace ? "/src/" : "/");
}
