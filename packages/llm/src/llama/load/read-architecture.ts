import { readGgufFileInfo } from "node-llama-cpp";
import { z } from "zod";
import { errorClause } from "../../error-clause.js";
import type { Architecture } from "../../models/catalogue.js";
import { readModelFile } from "./model-file.js";
import { ModelLoadError } from "./model-load-error.js";

const count = z.coerce.number().int().min(1);

/** The fields of a header that say how large a model's context is. Some files give a number of heads for each layer. */
const headerSchema = z.object({
  block_count: count,
  embedding_length: count,
  context_length: count,
  attention: z.object({
    head_count: z.union([count, z.array(z.coerce.number()).min(1)]),
    head_count_kv: z.union([count, z.array(z.coerce.number()).min(1)]).optional(),
    key_length: count.optional(),
  }),
});

/** The architecture that the header of a GGUF file states. Throws {@link ModelLoadError}. */
export async function readArchitecture(path: string): Promise<Architecture> {
  await readModelFile(path);
  const { architectureMetadata, metadata } = await readGgufFileInfo(path, {
    sourceType: "filesystem",
    logWarnings: false,
  });
  const parsed = headerSchema.safeParse(architectureMetadata);
  if (!parsed.success)
    throw new ModelLoadError(
      `The header of ${path} does not say how large its context is (${errorClause(z.prettifyError(parsed.error))}).`,
    );
  const { block_count: layers, embedding_length, context_length, attention } = parsed.data;
  const heads = largest(attention.head_count);
  return {
    layers,
    heads,
    kv_heads: largest(attention.head_count_kv ?? heads),
    head_size: attention.key_length ?? Math.floor(embedding_length / heads),
    embedding: embedding_length,
    vocabulary: Math.max(1, metadata.tokenizer?.ggml?.tokens?.length ?? 1),
    context_tokens: context_length,
  };
}

/** Of a number for each layer the largest, so that a plan errs on the safe side. */
function largest(counts: number | readonly number[]): number {
  return typeof counts === "number" ? counts : Math.max(...counts);
}
