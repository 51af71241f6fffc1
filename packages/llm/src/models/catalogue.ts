import { readFileSync } from "node:fs";
import { DEMO_MODEL, modelNameSchema } from "@bullpen/contracts";
import { z } from "zod";
import { ModelLoadError } from "../llama/load/model-load-error.js";
import { similarTo } from "./similar.js";
import { suppliedFile } from "./supplied-file.js";

const count = z.int().min(1);

/** The numbers of a model from which follows what a slot takes of memory. */
const architectureSchema = z.strictObject({
  layers: count,
  /** Attention heads. */
  heads: count,
  /** Heads whose keys and values are kept: fewer than `heads` where several share one. */
  kv_heads: count,
  /** Floats of a head. */
  head_size: count,
  /** Floats of a token's embedding. */
  embedding: count,
  /** Tokens of the vocabulary. */
  vocabulary: count,
  /** Tokens of the longest context that the model was trained for. */
  context_tokens: count,
});
export type Architecture = z.output<typeof architectureSchema>;

const fileSchema = z.strictObject({
  /** The name of this file as `MODEL`. */
  name: modelNameSchema,
  quantization: z.string(),
  /** `hf:user/repository/file.gguf`; of a split model its first part. */
  uri: z.string().startsWith("hf:"),
  /** The size, where it is published to the byte. */
  bytes: count.optional(),
  /** The size in 10^9 bytes, where only a rounded figure is published. */
  about_gb: z.number().positive().optional(),
  /** The checksum, where it is published. Not of split models: they have one for each part. */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
});

const modelSchema = z.strictObject({
  /** As `MODEL` it means the first file. */
  name: modelNameSchema,
  title: z.string(),
  license: z.string(),
  /** What `PROMPT_FORMAT=auto` chooses for it. */
  prompt_format: z.enum(["mixtral", "chat-template"]),
  architecture: architectureSchema,
  files: z.array(fileSchema).min(1),
});

const catalogueSchema = z.strictObject({ version: z.literal(1), models: z.array(modelSchema) });

/** A file of the catalogue with what is known of its model. */
export interface CatalogueEntry extends z.output<typeof fileSchema> {
  readonly title: string;
  readonly license: string;
  readonly prompt_format: "mixtral" | "chat-template";
  readonly architecture: Architecture;
  /** The name of the model, where this is its first file. */
  readonly short_name: string | undefined;
}

const CATALOGUE_FILE = suppliedFile("catalogue.json");

let entries: readonly CatalogueEntry[] | undefined;

/** All files of the catalogue, in its order. */
export function readCatalogue(): readonly CatalogueEntry[] {
  entries ??= catalogueSchema
    .parse(JSON.parse(readFileSync(CATALOGUE_FILE, "utf8")))
    .models.flatMap(({ files, name, ...model }) =>
      files.map((file, i) => ({ ...model, ...file, short_name: i === 0 ? name : undefined })),
    );
  return entries;
}

/** The entry with this name, or whose model has it. Case does not matter. */
export function findInCatalogue(name: string): CatalogueEntry | undefined {
  const wanted = name.toLowerCase();
  return readCatalogue().find((entry) => entry.name === wanted || entry.short_name === wanted);
}

/** The size of an entry's files in bytes: as published, or about it. */
export function sizeOf({ bytes, about_gb }: CatalogueEntry): number | undefined {
  return bytes ?? (about_gb === undefined ? undefined : about_gb * 1e9);
}

/** The error for a name that means no model: it says which names there are. */
export function unknownModel(name: string): ModelLoadError {
  const names = [DEMO_MODEL, ...readCatalogue().map((entry) => entry.short_name ?? entry.name)];
  const hint = didYouMean(similarTo(name, [...names, ...readCatalogue().map((entry) => entry.name)]));
  return new ModelLoadError(
    `There is no model "${name}".${hint} Names of the catalogue: ${names.join(", ")}. Or give the path of a GGUF file (with a / or .gguf in it), hf:user/repository:Q4_K_M, or the URL of a GGUF file.`,
  );
}

/** More names than this are a list, not a hint. */
const MAX_HINTS = 3;

function didYouMean(names: readonly string[]): string {
  // A model's first file has a short and a long name; one of them is enough.
  const distinct = names.filter((name, i) => !names.slice(0, i).some((other) => name.startsWith(other)));
  if (distinct.length === 0) return "";
  const list = new Intl.ListFormat("en", { type: "disjunction" });
  return ` Did you mean ${list.format(distinct.slice(0, MAX_HINTS))}?`;
}
