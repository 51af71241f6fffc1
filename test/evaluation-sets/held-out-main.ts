// Writes evaluation/held-out.jsonl and the documents that its look-ups search.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../testing/run-app.js";
import { makeHeldOutSet } from "./held-out-set.js";

const folder = join(ROOT, "evaluation");
const { lines, documents } = makeHeldOutSet();
await rm(join(folder, "documents"), { recursive: true, force: true });
await mkdir(join(folder, "documents"), { recursive: true });
await writeFile(join(folder, "held-out.jsonl"), `${lines.join("\n")}\n`);
for (const [name, text] of documents) await writeFile(join(folder, "documents", name), text);
console.log(`${lines.length} cases and ${documents.size} documents in ${folder}`);
