import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { InputError } from "../input/input-error.js";
import { parquetRows } from "./parquet-rows.js";

function sourceOf(bytes: Uint8Array) {
  return {
    byteLength: bytes.byteLength,
    slice: async (start: number, end: number) => bytes.subarray(start, end),
  };
}

async function rowsOf(bytes: Uint8Array, choose = (columns: readonly string[]) => columns) {
  const rows = [];
  for await (const { number, record } of parquetRows(sourceOf(bytes), { name: "file", choose })) {
    rows.push([number, ...Object.values(record)]);
  }
  return rows;
}

const TEXTS = Array.from({ length: 3_000 }, (_, i) => `question ${i} ${"x".repeat(i % 50)}`);
const columnData = [
  { name: "query", data: TEXTS, type: "STRING" as const },
  { name: "n", data: TEXTS.map((_, i) => (i % 3 === 0 ? null : i)), type: "INT32" as const },
];
const FILE = new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 1_000 }));

test("rows come in order over row groups, as texts, of the columns that are chosen", async () => {
  const rows = await rowsOf(FILE);
  assert.equal(rows.length, TEXTS.length);
  assert.deepEqual(rows[1_234], [1_235, TEXTS[1_234], "1234"]);
  assert.deepEqual(rows[0], [1, TEXTS[0], null]);
  assert.deepEqual((await rowsOf(FILE, () => ["n"]))[2], [3, "2"]);
});

test("pages packed by gzip are read", async () => {
  const codec = {
    codec: "GZIP" as const,
    compressors: { GZIP: (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes)) },
  };
  const file = new Uint8Array(parquetWriteBuffer({ columnData, ...codec }));
  assert.equal((await rowsOf(file)).length, TEXTS.length);
});

test("a consumer that stops ends the reading, and what it throws or the source throws is passed on", async () => {
  for await (const _ of parquetRows(sourceOf(FILE), { name: "file", choose: (columns) => columns })) break;
  const refuse = () => {
    throw new TypeError("not these");
  };
  await assert.rejects(rowsOf(FILE, refuse), /not these/);
  const away = { byteLength: FILE.byteLength, slice: () => Promise.reject(new TypeError("away")) };
  const reading = parquetRows(away, { name: "file", choose: (columns) => columns });
  await assert.rejects(async () => reading.next(), /away/);
});

test("a damaged file is an error of the file or rows, and never more", async () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % below;
  };
  let errors = 0;
  const damaged = Array.from({ length: 24 }, (_, i) => {
    if (i < 4) return FILE.subarray(0, [0, 3, 11, FILE.length - 5][i]);
    const copy = FILE.slice();
    // Footers are the most fragile: half of the damage is there.
    const from = i % 2 === 0 ? copy.length - 2_000 : 0;
    for (let hit = 0; hit < 6; hit++) copy[from + random(i % 2 === 0 ? 1_990 : copy.length)] = random(256);
    return copy;
  });
  await Promise.all(
    damaged.map(async (bytes) => {
      try {
        await rowsOf(bytes);
      } catch (error) {
        assert.ok(error instanceof InputError, String(error));
        errors++;
      }
    }),
  );
  assert.ok(errors >= 4, String(errors));
});
