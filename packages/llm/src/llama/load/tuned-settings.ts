import { readFile } from "node:fs/promises";
import { cpus } from "node:os";
import { basename } from "node:path";
import { z } from "zod";
import { errorClause } from "../../error-clause.js";
import { countAvailableCores } from "./available-cores.js";
import { readSize } from "./model-file.js";

/** What a model runs best with on a machine. */
const tunedSettingsSchema = z.object({
  slots: z.int().min(1),
  threads: z.int().min(1),
  /** The context that it was measured with: more may not fit beside so many slots. */
  context_tokens: z.int().min(1),
});
export type TunedSettings = z.output<typeof tunedSettingsSchema>;

/** What settings are good for: one model file on one kind of machine. */
const tuningSubjectSchema = z.object({
  file: z.string(),
  bytes: z.int(),
  cpu: z.string(),
  cores: z.number(),
  /** Names of the GPUs that the model is spread over. */
  gpus: z.array(z.string()),
});
export type TuningSubject = z.output<typeof tuningSubjectSchema>;

const tunedFileSchema = z.object({
  version: z.literal(1),
  entries: z.array(
    z.object({
      subject: tuningSubjectSchema,
      settings: tunedSettingsSchema,
      /** Generated tokens a second with these settings. */
      tokens_per_second: z.number(),
      measured_at: z.iso.datetime(),
    }),
  ),
});
export type TunedFile = z.output<typeof tunedFileSchema>;
export type TunedEntry = TunedFile["entries"][number];

/** The file is unreadable or not of this version. The message says how to fix it. */
class TunedFileError extends Error {
  override readonly name = "TunedFileError";
  readonly operatorMessage = true;
}

export async function describeTuningSubject(
  modelPath: string,
  gpuNames: readonly string[],
): Promise<TuningSubject> {
  return {
    file: basename(modelPath),
    bytes: await readSize(modelPath),
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: countAvailableCores(),
    gpus: [...gpuNames].sort(),
  };
}

/** The content of the file; no entries if it does not exist. Throws {@link TunedFileError}. */
export async function readTunedFile(path: string): Promise<TunedFile> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT")
      return { version: 1, entries: [] };
    throw new TunedFileError(`The tuned settings in ${path} cannot be read (${errorClause(error)}).`);
  }
  try {
    return tunedFileSchema.parse(JSON.parse(text));
  } catch {
    throw new TunedFileError(
      `The file ${path} holds no tuned settings of this version. Delete it, or run \`bullpen tune\` again.`,
    );
  }
}

/** The entry for this very subject. */
export function findTuned(entries: readonly TunedEntry[], subject: TuningSubject): TunedEntry | undefined {
  return entries.find((entry) => isSameSubject(entry.subject, subject));
}

/** The file with an entry put in the place of its subject's older one. */
export function withTuned(file: TunedFile, entry: TunedEntry): TunedFile {
  const others = file.entries.filter((other) => !isSameSubject(other.subject, entry.subject));
  return { ...file, entries: [...others, entry] };
}

function isSameSubject(a: TuningSubject, b: TuningSubject): boolean {
  return (
    a.file === b.file &&
    a.bytes === b.bytes &&
    a.cpu === b.cpu &&
    a.cores === b.cores &&
    a.gpus.join() === b.gpus.join()
  );
}
