import { extname } from "node:path";
import type { InputFormat } from "@bullpen/contracts";

const EXTENSIONS: Readonly<Record<string, InputFormat>> = {
  ".jsonl": "jsonl",
  ".ndjson": "jsonl",
  ".csv": "csv",
  ".tsv": "tsv",
  ".tab": "tsv",
  ".txt": "text",
  ".text": "text",
  ".parquet": "parquet",
};

/** The format that a file's name says, such as `questions.csv.gz`. Undefined where it says none. */
export function formatOfName(name: string): InputFormat | undefined {
  return EXTENSIONS[extname(withoutGz(name)).toLowerCase()];
}

/** The name of what is in a gzip file. */
export function withoutGz(name: string): string {
  return name.replace(/\.gz$/i, "");
}
