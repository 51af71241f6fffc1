import { splitLines } from "@bullpen/base";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { z } from "zod";

/** A result line, as far as columns are made of it. Fields of a stranger shape are left empty. */
const resultSchema = z.object({
  custom_id: z.string().nullish().catch(null),
  response: z
    .object({ status_code: z.int().nullish().catch(null), body: z.unknown() })
    .nullish()
    .catch(null),
  error: z.object({ code: z.string(), message: z.string() }).nullish().catch(null),
});

const usageSchema = z
  .object({
    prompt_tokens: z.int().optional(),
    completion_tokens: z.int().optional(),
    input_tokens: z.int().optional(),
    output_tokens: z.int().optional(),
  })
  .catch({});

/** The answer in the bodies of chats and of responses. */
const bodySchema = z
  .object({
    choices: z
      .array(
        z.object({
          message: z.object({ content: z.string().nullish() }),
          finish_reason: z.string().nullish(),
        }),
      )
      .optional()
      .catch(undefined),
    output: z
      .array(z.object({ content: z.array(z.object({ text: z.string().optional() })).optional() }))
      .optional()
      .catch(undefined),
    status: z.string().optional().catch(undefined),
    error: z.object({ code: z.string().nullish(), message: z.string() }).nullish().catch(null),
    usage: usageSchema.optional(),
  })
  .catch({});

type Value = string | number | null;

/** The columns of a file of results, each with its value of a line. */
const COLUMNS: readonly { readonly name: string; readonly type: "STRING" | "INT32" }[] = [
  { name: "custom_id", type: "STRING" },
  { name: "status_code", type: "INT32" },
  { name: "answer", type: "STRING" },
  { name: "finish_reason", type: "STRING" },
  { name: "error_code", type: "STRING" },
  { name: "error_message", type: "STRING" },
  { name: "input_tokens", type: "INT32" },
  { name: "output_tokens", type: "INT32" },
  { name: "result", type: "STRING" },
];

/** A row group: large enough to be read fast, small enough to be held twice. */
const GROUP_ROWS = 10_000;
const GROUP_CHARACTERS = 8 * 1_024 * 1_024;

const SCHEMA: ConstructorParameters<typeof ParquetWriter>[0]["schema"] = [
  { name: "results", num_children: COLUMNS.length },
  ...COLUMNS.map(({ name, type }) => {
    if (type === "INT32") return { name, type, repetition_type: "OPTIONAL" } as const;
    return { name, type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" } as const;
  }),
];

/**
 * Result lines of a batch as a Parquet file, in the memory of one row group: a row a line, with its answer, error and
 * tokens in columns of their own and the whole line as JSON in `result`.
 */
export async function* resultsParquet(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const output = new GroupWriter();
  const writer = new ParquetWriter({ writer: output, schema: SCHEMA, createdBy: "bullpen" });
  let rows: Value[][] = [];
  let characters = 0;
  const writeGroup = async () => {
    const columnData = COLUMNS.map(({ name }, i) => ({ name, data: rows.map((row) => row[i] ?? null) }));
    await writer.write({ columnData, rowGroupSize: rows.length });
    rows = [];
    characters = 0;
    return output.take();
  };
  for await (const line of splitLines(source)) {
    const text = Buffer.from(line).toString("utf8").trimEnd();
    if (text === "") continue;
    rows.push(rowOf(text));
    characters += text.length;
    if (rows.length >= GROUP_ROWS || characters >= GROUP_CHARACTERS) yield await writeGroup();
  }
  if (rows.length > 0) yield await writeGroup();
  await writer.finish();
  yield output.take();
}

function rowOf(text: string): Value[] {
  const { custom_id, response, error } = resultSchema.parse(JSON.parse(text));
  const body = bodySchema.parse(response?.body ?? {});
  const [choice] = body.choices ?? [];
  const texts = body.output?.flatMap(({ content = [] }) => content.flatMap(({ text: part }) => part ?? []));
  const failure = error ?? body.error;
  return [
    custom_id ?? null,
    response?.status_code ?? null,
    choice?.message.content ?? texts?.join("") ?? null,
    choice?.finish_reason ?? body.status ?? null,
    failure?.code ?? null,
    failure?.message ?? null,
    body.usage?.prompt_tokens ?? body.usage?.input_tokens ?? null,
    body.usage?.completion_tokens ?? body.usage?.output_tokens ?? null,
    text,
  ];
}

/** Gives away what was written so far; offsets in the file go on. */
class GroupWriter extends ByteWriter {
  take(): Uint8Array {
    const bytes = this.getBytes().slice();
    this.index = 0;
    return bytes;
  }
}
