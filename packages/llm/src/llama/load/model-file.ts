import { open, stat } from "node:fs/promises";
import { type GgufFileInfo, readGgufFileInfo } from "node-llama-cpp";
import { z } from "zod";
import { errorClause } from "../../error-clause.js";
import { ModelLoadError } from "./model-load-error.js";
import { checkPartName, checkParts } from "./split-model-file.js";

/** What a model file says about its model. */
export interface ModelFile {
  /** `general.architecture`. */
  readonly architecture: string;
  /** 0 for a dense model. */
  readonly expertCount: number;
  /** `tokenizer.chat_template`, if there is one. */
  readonly chatTemplate: string | undefined;
}

const GGUF_MAGIC = "GGUF";

/** What gguf-split writes into the header of each part. */
const partSchema = z.object({ split: z.object({ no: z.coerce.number(), count: z.coerce.number() }) });

/**
 * Reads the header of a GGUF file before anything is loaded, so that a wrong path or a broken
 * download ends in a sentence. Throws {@link ModelLoadError}.
 */
export async function readModelFile(modelPath: string, signal?: AbortSignal): Promise<ModelFile> {
  const size = await readSize(modelPath);
  await checkMagic(modelPath);
  await checkParts(modelPath);
  let info: GgufFileInfo;
  try {
    info = await readGgufFileInfo(modelPath, {
      sourceType: "filesystem",
      logWarnings: false,
      // The vocabulary is long and nothing here reads it.
      ignoreKeys: [
        "tokenizer.ggml.tokens",
        "tokenizer.ggml.scores",
        "tokenizer.ggml.token_type",
        "tokenizer.ggml.merges",
      ],
      ...(signal && { signal }),
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw new ModelLoadError(
      `The header of the model file ${modelPath} cannot be read (${errorClause(error)}). The file is damaged: download or copy it again.`,
    );
  }
  const part = partSchema.safeParse(info.metadata);
  if (part.success) checkPartName(modelPath, { index: part.data.split.no, count: part.data.split.count });
  checkTensorsInside(modelPath, size, info);
  const architecture: string | undefined = info.metadata.general?.architecture;
  if (architecture === undefined)
    throw new ModelLoadError(
      `The model file ${modelPath} does not name its architecture. The file is damaged: download or copy it again.`,
    );
  return {
    architecture,
    expertCount: Number(info.architectureMetadata.expert_count ?? 0),
    chatTemplate: info.metadata.tokenizer?.chat_template,
  };
}

/** The bytes of a model file. @throws {ModelLoadError} when there is none. */
export async function readSize(modelPath: string): Promise<number> {
  try {
    const file = await stat(modelPath);
    if (file.isFile()) return file.size;
  } catch (error) {
    throw new ModelLoadError(
      `There is no model file at ${modelPath} that can be read (${errorClause(error)}). Check the path, or put a GGUF file there.`,
    );
  }
  throw new ModelLoadError(`${modelPath} is not a file. Give the path of the GGUF file itself.`);
}

async function checkMagic(modelPath: string): Promise<void> {
  let magic: string;
  try {
    const file = await open(modelPath);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(GGUF_MAGIC.length), 0, GGUF_MAGIC.length, 0);
      magic = buffer.toString("latin1", 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new ModelLoadError(
      `The model file ${modelPath} cannot be read (${errorClause(error)}). Check its permissions.`,
    );
  }
  if (magic !== GGUF_MAGIC)
    throw new ModelLoadError(
      `${modelPath} is not a GGUF file (it does not start with "${GGUF_MAGIC}"). Download the model as GGUF, or download it again; of a repository with Git LFS, fetch the file itself and not its pointer.`,
    );
}

/** Of a split model only the first part is checked here; llama.cpp checks the others. */
function checkTensorsInside(modelPath: string, size: number, info: GgufFileInfo): void {
  const lastStart = Math.max(0, ...(info.tensorInfo ?? []).map((tensor) => Number(tensor.fileOffset)));
  if (lastStart >= size)
    throw new ModelLoadError(
      `The model file ${modelPath} ends too early: it has ${size} bytes, and its last tensor starts at byte ${lastStart}. Download or copy it again.`,
    );
}
