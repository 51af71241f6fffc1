import { z } from "zod";
import type { ResultsSink } from "./results-sink.js";

const resultSchema = z.object({
  response: z.object({ status_code: z.int() }).nullable(),
  error: z.unknown(),
});

/** Passes on the lines that failed; counts all. */
export function failedLinesSink(target: ResultsSink): ResultsSink {
  let lines = 0;
  return {
    get lines() {
      return lines;
    },
    lastLine: undefined,
    write: async (bytes, count) => {
      const failed = Buffer.from(bytes)
        .toString()
        .split("\n")
        .filter((line) => line !== "" && hasFailed(line));
      if (failed.length > 0) await target.write(Buffer.from(`${failed.join("\n")}\n`), failed.length);
      lines += count;
    },
    close: () => target.close(),
  };
}

function hasFailed(line: string): boolean {
  const { response, error } = resultSchema.parse(JSON.parse(line));
  return (error ?? null) !== null || response === null || response.status_code >= 400;
}
