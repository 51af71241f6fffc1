import { MAX_LINE_BYTES } from "@bullpen/contracts";
import { ApiError, type BatchLine, batchLineSchema } from "@bullpen/protocol";
import { type Line, readLines } from "@bullpen/storage";

export interface LineSample {
  /** In the order of the file. */
  readonly lines: readonly BatchLine[];
  /** How many lines the file has. */
  readonly total: number;
}

/**
 * Reads a file once and takes `size` of its lines, each with the same chance (Vitter's algorithm R). The seed decides
 * which.
 *
 * @throws {ApiError} that names a line which cannot be read.
 */
export async function sampleLines(
  source: AsyncIterable<Uint8Array>,
  { size, seed }: { readonly size: number; readonly seed: number },
): Promise<LineSample> {
  const random = randomNumbers(seed);
  const taken: Line[] = [];
  let total = 0;
  for await (const line of readLines(source, { maxBytes: MAX_LINE_BYTES })) {
    if ("text" in line.content && line.content.text.trim() === "") continue;
    total++;
    const place = total <= size ? total - 1 : Math.floor(random() * total);
    if (place < size) taken[place] = line;
  }
  if (total === 0) {
    throw new ApiError("invalid_request", "input_file_id: the file holds no request.", "input_file_id");
  }
  return { lines: taken.sort((a, b) => a.number - b.number).map(parse), total };
}

function parse({ content, number }: Line): BatchLine {
  const refuse = (problem: string): never => {
    const message = `input_file_id: line ${number} of the file ${problem}. A batch of it would be refused.`;
    throw new ApiError("invalid_request", message, "input_file_id");
  };
  if ("error" in content) return refuse(content.error === "too_long" ? "is too long" : "is not valid UTF-8");
  let value: unknown;
  try {
    value = JSON.parse(content.text);
  } catch {
    return refuse("is not JSON");
  }
  const { data, error } = batchLineSchema.safeParse(value);
  const [issue] = error?.issues ?? [];
  return (
    data ?? refuse(issue ? `is not a request: ${issue.path.join(".")} ${issue.message}` : "is not a request")
  );
}

/** Numbers from 0 to below 1, the same for a seed each time (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
