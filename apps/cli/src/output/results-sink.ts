import { type FileHandle, open, rm, stat } from "node:fs/promises";
import { errorMessage } from "@bullpen/base";
import { StartupError } from "@bullpen/runtime";

/** Where result lines go. */
export interface ResultsSink {
  /** Result lines taken so far, those of an earlier run among them. */
  readonly lines: number;
  /** The last line of an earlier run, whose results these go on from. */
  readonly lastLine: Uint8Array | undefined;
  /** Takes whole lines with their newlines. */
  write(lines: Uint8Array, count: number): Promise<void>;
  /** Makes what was written durable. */
  close(): Promise<void>;
}

/** What is read of a file at a time, to count its lines. */
const READ_BYTES = 65_536;
const NEWLINE = 0x0a;

/** Stands for standard output where a file is named. */
export const STDOUT = "-";

/** Where `-o` says. @param remedy how to go on when the disk is full. */
export async function outputSink(
  path: string,
  options: { resume: boolean; remedy: string },
): Promise<ResultsSink> {
  return path === STDOUT ? stdoutSink() : fileSink(path, options);
}

/** Standard output. A reader that goes away (`| head`) ends the process without a word, as it does others. */
export function stdoutSink(): ResultsSink {
  let lines = 0;
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  return {
    get lines() {
      return lines;
    },
    lastLine: undefined,
    write: async (bytes, count) => {
      await new Promise<void>((resolve, reject) =>
        process.stdout.write(bytes, (error) => (error ? reject(error) : resolve())),
      );
      lines += count;
    },
    close: async () => {},
  };
}

/**
 * A file. One that holds something already is not touched unless `resume` says that it is the first
 * results of this batch: then an unfinished last line is removed, and the rest is added after it.
 *
 * @param remedy how to go on when the disk is full.
 */
export async function fileSink(
  path: string,
  options: { resume: boolean; remedy: string },
): Promise<ResultsSink> {
  const file = await openFile(path, options.resume);
  const { count, bytes, lastLine } = await countLines(file);
  await file.truncate(bytes);
  let lines = count;
  let position = bytes;
  return {
    get lines() {
      return lines;
    },
    lastLine,
    write: async (part, added) => {
      try {
        for (let from = 0; from < part.byteLength; ) {
          const { bytesWritten } = await file.write(part, from, part.byteLength - from, position);
          from += bytesWritten;
          position += bytesWritten;
        }
      } catch (error) {
        throw writeError(path, error, options.remedy);
      }
      lines += added;
    },
    close: async () => {
      await file.sync();
      await file.close();
    },
  };
}

/** Says early that results cannot go to a file. @throws {StartupError} */
export async function checkOutput(path: string): Promise<void> {
  if (path === STDOUT) return;
  const wasThere = (await stat(path).catch(() => undefined)) !== undefined;
  await (await openFile(path, false)).close();
  if (!wasThere) await rm(path);
}

/** A new or empty file, or one with results when `resume` says so. */
async function openFile(path: string, resume: boolean): Promise<FileHandle> {
  try {
    // `wx+` does not overwrite a file that appears meanwhile; `a+` would write after an unfinished line.
    const found = await stat(path).catch(() => undefined);
    if (!found) return await open(path, "wx+");
    if (found.isFile() && (resume || found.size === 0)) return await open(path, "r+");
  } catch (error) {
    throw writeError(path, error, "");
  }
  const isFile = (await stat(path)).isFile();
  throw new StartupError(
    isFile
      ? `${path} is there already. Name another file, or remove it first.`
      : `${path} is no plain file. Name another, or redirect the standard output of \`bullpen batch results\`.`,
  );
}

/** The whole lines of a file: how many, where they end, and the last. */
async function countLines(
  file: FileHandle,
): Promise<{ count: number; bytes: number; lastLine: Uint8Array | undefined }> {
  const buffer = Buffer.alloc(READ_BYTES);
  let [count, bytes, position, lastStart] = [0, 0, 0, 0];
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, READ_BYTES, position);
    if (bytesRead === 0) break;
    const part = buffer.subarray(0, bytesRead);
    for (let end = part.indexOf(NEWLINE); end >= 0; end = part.indexOf(NEWLINE, end + 1)) {
      count++;
      lastStart = bytes;
      bytes = position + end + 1;
    }
    position += bytesRead;
  }
  if (count === 0) return { count, bytes, lastLine: undefined };
  const lastLine = Buffer.alloc(bytes - lastStart);
  await file.read(lastLine, 0, lastLine.byteLength, lastStart);
  return { count, bytes, lastLine };
}

function writeError(path: string, error: unknown, remedy: string): StartupError {
  const code = codeOf(error);
  if (code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG") {
    return new StartupError(`The disk of ${path} is full. Make room, then go on with\n  ${remedy}`);
  }
  if (code === "ENOENT") return new StartupError(`The folder of ${path} is not there. Make it first.`);
  if (code === "EISDIR") return new StartupError(`${path} is a folder. Name a file in it.`);
  if (code === "EACCES" || code === "EROFS")
    return new StartupError(`${path} may not be written. Name another file.`);
  return new StartupError(`${path} cannot be written: ${errorMessage(error)}.`);
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
