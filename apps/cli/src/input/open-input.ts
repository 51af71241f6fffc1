import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, extname } from "node:path";
import type { Readable } from "node:stream";
import { errorMessage } from "@bullpen/base";
import { formatOfName, InputError, withoutGz } from "@bullpen/batch-data";
import { INPUT_FORMATS, type InputFormat } from "@bullpen/contracts";
import { StartupError } from "@bullpen/runtime";

/** Stands for standard input. */
const STDIN = "-";

/** A file of questions, or standard input. */
export interface Input {
  /** As messages call it. */
  readonly name: string;
  readonly format: InputFormat;
  /** The path of the file; `undefined` for standard input, which can be read once only. */
  readonly path: string | undefined;
  /** Not known of what is not a plain file. */
  readonly bytes: number | undefined;
  open(): Readable;
}

/** @throws {StartupError} when there is no such file, it cannot be read, is empty, or its format is not clear. */
export async function openInput(path: string, format: InputFormat | undefined): Promise<Input> {
  if (path === STDIN) {
    if (format === undefined) {
      throw new StartupError("Say what comes on standard input: --format jsonl, csv, tsv or text.");
    }
    if (format === "parquet") {
      throw new StartupError(
        "Parquet cannot be read from standard input: it is read from its end. Name a file.",
      );
    }
    return {
      name: "standard input",
      format,
      path: undefined,
      bytes: undefined,
      open: () => process.stdin,
    };
  }
  const found = await stat(path).catch((error: unknown) => {
    throw new StartupError(whyUnreadable(path, error));
  });
  if (found.isDirectory()) throw new StartupError(`${path} is a folder. Name a file in it.`);
  if (found.isFile() && found.size === 0) throw new InputError(path, undefined, "The file is empty.");
  return {
    name: path,
    format: format ?? formatOf(path),
    path,
    bytes: found.isFile() ? found.size : undefined,
    open: () => createReadStream(path),
  };
}

/** The name under which the questions are stored. */
export function storedName({ path, format }: Input): string {
  if (path === undefined) return "stdin.jsonl";
  const name = withoutGz(basename(path));
  return format === "jsonl" ? name : `${basename(name, extname(name))}.jsonl`;
}

/** Why a file could not be read, and what to do about it. */
export function whyUnreadable(path: string, error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return `There is no file ${path}. Check the name and the folder you are in.`;
  if (code === "EACCES") return `${path} may not be read. Ask its owner, or check its permissions.`;
  return `${path} cannot be read: ${errorMessage(error)}.`;
}

function formatOf(path: string): InputFormat {
  const format = formatOfName(path);
  if (format) return format;
  throw new StartupError(
    `The name ${basename(path)} does not say what the file holds. Say it: --format ${INPUT_FORMATS.join(", ")}.`,
  );
}
