import { createReadStream } from "node:fs";
import { extname } from "node:path";
import { errorMessage } from "@bullpen/base";
import { textLines } from "@bullpen/batch-data";
import { StartupError } from "@bullpen/runtime";
import { openInput } from "../../input/open-input.js";
import { readAll } from "../../input/read-all.js";
import { jsonElements } from "./json-elements.js";
import { parquetRows } from "./parquet-rows.js";

/**
 * The rows of a published dataset, told apart by its name: `.parquet`, `.json` (an array) or JSONL. None of them is read
 * as a whole.
 *
 * @throws {StartupError} that says what is wrong with the file.
 */
export async function* publishedRows(path: string): AsyncGenerator<unknown> {
  const ending = extname(path).toLowerCase();
  if (ending === ".jsonl" || ending === ".ndjson") return yield* lineRows(path);
  if (ending !== ".json" && ending !== ".parquet") {
    throw new StartupError(`${path} must be named .jsonl, .json or .parquet, as it was published.`);
  }
  await openInput(path, "jsonl"); // for its errors
  try {
    yield* ending === ".json" ? jsonElements(createReadStream(path)) : parquetRows(path);
  } catch (error) {
    if (error instanceof StartupError) throw error;
    throw new StartupError(`${path} cannot be read: ${errorMessage(error)}`);
  }
}

async function* lineRows(path: string): AsyncGenerator<unknown> {
  const input = await openInput(path, "jsonl");
  for await (const { number, text } of textLines(readAll(input), input.name)) {
    if (text.trim() === "") continue;
    let row: unknown;
    try {
      row = JSON.parse(text);
    } catch (error) {
      throw new StartupError(`${path}, line ${number}: The line is not JSON (${errorMessage(error)}).`);
    }
    yield row;
  }
}
