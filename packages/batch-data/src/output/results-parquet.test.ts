import assert from "node:assert/strict";
import { test } from "node:test";
import { parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { resultsParquet } from "./results-parquet.js";

async function written(lines: readonly string[]): Promise<ArrayBuffer> {
  async function* source() {
    for (const line of lines) yield Buffer.from(`${line}\n`);
  }
  const parts: Uint8Array[] = [];
  for await (const part of resultsParquet(source())) parts.push(part);
  return Uint8Array.from(Buffer.concat(parts)).buffer;
}

const chat = (id: string, content: string) =>
  `{"custom_id":"${id}","response":{"status_code":200,"body":{"choices":[{"message":{"content":${JSON.stringify(content)}},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":12345678901234567890}}},"error":null}`;

test("each line is a row, whatever it holds, and the whole line is kept as it was written", async () => {
  const lines = [
    chat("a", "日本 \u0000 \ud83d\ude00"),
    '{"custom_id":"b","response":{"status_code":200,"body":{"output":[{"type":"message","content":[{"text":"from a response"}]}],"status":"completed","usage":{"input_tokens":1,"output_tokens":2}}},"error":null}',
    '{"custom_id":"c","response":{"status_code":400,"body":{"error":{"code":"context_exceeded","message":"too long"}}},"error":null}',
    '{"custom_id":"d","response":null,"error":{"code":"batch_expired","message":"late"}}',
    "{}",
  ];
  const rows = await parquetReadObjects({ file: await written(lines) });
  assert.deepEqual(
    rows.map((row) => [row.custom_id, row.status_code, row.answer, row.error_code, row.input_tokens]),
    [
      ["a", 200, "日本 \u0000 \ud83d\ude00", null, null],
      ["b", 200, "from a response", null, 1],
      ["c", 400, null, "context_exceeded", null],
      ["d", null, null, "batch_expired", null],
      [null, null, null, null, null],
    ],
  );
  assert.deepEqual(
    rows.map((row) => row.result),
    lines,
  );
});

test("no lines are a file without rows, and many are several row groups", async () => {
  assert.deepEqual(await parquetReadObjects({ file: await written([]) }), []);
  const lines = Array.from({ length: 25_000 }, (_, i) => chat(String(i), `answer ${i}`));
  const file = await written(lines);
  const { num_rows, row_groups } = await parquetMetadataAsync(file);
  assert.deepEqual([num_rows, row_groups.length], [25_000n, 3]);
  const [last] = await parquetReadObjects({ file, rowStart: 24_999, rowEnd: 25_000 });
  assert.equal(last?.answer, "answer 24999");
});
