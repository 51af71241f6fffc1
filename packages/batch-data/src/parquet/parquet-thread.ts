import { parentPort, workerData } from "node:worker_threads";
import { errorMessage } from "@bullpen/base";
import { type FileMetaData, parquetMetadataAsync, parquetReadObjects, parquetSchema } from "hyparquet";
import { limitedCompressors, MAX_GROUP_BYTES } from "./page-limits.js";
import type { FromThread, ToThread } from "./parquet-rows.js";

/** Characters of one message with rows. */
const MESSAGE_CHARACTERS = 1_048_576;

if (!parentPort) throw new Error("this module runs in a worker thread only");
const port = parentPort;
const send = (message: FromThread) => port.postMessage(message);

/** Messages that came, and whoever waits for the next. */
const inbox: ToThread[] = [];
let wake = () => {};
port.on("message", (message: ToThread) => {
  inbox.push(message);
  wake();
});

async function receive<Type extends ToThread["type"]>(
  type: Type,
): Promise<Extract<ToThread, { type: Type }>> {
  for (;;) {
    const at = inbox.findIndex((message) => message.type === type);
    // A cast: the message was found by its type.
    if (at >= 0) return inbox.splice(at, 1)[0] as Extract<ToThread, { type: Type }>;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}

/** The file, whose bytes the other thread reads: one part after the other. */
let reading: Promise<unknown> = Promise.resolve();
const byteLength: number = workerData.byteLength; // parquet-rows.ts passes it
const file = {
  byteLength,
  slice: (start: number, end = byteLength): Promise<ArrayBuffer> => {
    const part = reading.then(async () => {
      send({ type: "slice", start, end });
      return (await receive("slice")).bytes;
    });
    reading = part.catch(() => {});
    return part;
  },
};

try {
  const metadata = await parquetMetadataAsync(file);
  const leaves = parquetSchema(metadata).children.filter(({ children }) => children.length === 0);
  const columns = leaves.map(({ element }) => element.name);
  send({ type: "header", columns, rows: Number(metadata.num_rows) });
  const { names } = await receive("columns");
  await sendRows(metadata, names);
  send({ type: "end" });
} catch (error) {
  send({ type: "error", message: errorMessage(error) });
}
port.close();

async function sendRows(metadata: FileMetaData, columns: string[]): Promise<void> {
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    checkGroup(group, columns);
    const objects = await parquetReadObjects({
      ...{ file, metadata, columns, rowStart, rowEnd },
      compressors: limitedCompressors,
    });
    let rows: (string | null)[][] = [];
    let characters = 0;
    for (const object of objects) {
      const row = columns.map((name) => textOf(object[name], name));
      characters += row.reduce((sum, text) => sum + (text?.length ?? 0), 0);
      rows.push(row);
      if (characters < MESSAGE_CHARACTERS) continue;
      await receive("next");
      send({ type: "rows", rows });
      rows = [];
      characters = 0;
    }
    if (rows.length > 0) {
      await receive("next");
      send({ type: "rows", rows });
    }
    rowStart = rowEnd;
  }
  await receive("next");
}

function checkGroup(group: FileMetaData["row_groups"][number], columns: readonly string[]): void {
  const bytes = group.columns
    .filter(({ meta_data }) => columns.includes(meta_data?.path_in_schema[0] ?? ""))
    .reduce((sum, { meta_data }) => sum + Number(meta_data?.total_uncompressed_size ?? 0), 0);
  if (bytes <= MAX_GROUP_BYTES) return;
  throw new Error(
    `a row group has ${bytes} bytes of these columns; at most ${MAX_GROUP_BYTES} are read: write it with smaller row groups`,
  );
}

function textOf(value: unknown, column: string): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean")
    return String(value);
  throw new Error(`the column ${column} holds neither texts nor numbers`);
}
