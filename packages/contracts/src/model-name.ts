import { z } from "zod";

/** Lower case, so that queue names, file names and URLs can hold it. */
export const modelNameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,99}$/, "use lower-case letters, digits, dots, dashes and underscores");

/** The alias of the model that comes with the repository. */
export const DEMO_MODEL = "demo";

/**
 * The name under which a `MODEL` setting is offered: an alias is its own name; a path or URI is offered by
 * its file name without `.gguf`.
 */
export function modelNameOf(model: string): string {
  const file = model.split(/[/:\\]/).at(-1) ?? model;
  const name = file
    .replace(/\.gguf$/i, "")
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-");
  return name.replace(/^[^a-z0-9]+/, "").slice(0, 100) || "model";
}

/** The settings that name the model, the same for every process: they must agree on it. */
export const modelSettings = {
  MODEL: z
    .string()
    .default(DEMO_MODEL)
    .describe(
      "The model: a name of the catalogue (`bullpen models list`), path of a GGUF file, `hf:user/repository:Q4_K_M`, or `demo`.",
    ),
  MODEL_NAME: modelNameSchema.optional().meta({
    description: "The name under which queries ask for the model.",
    defaultText: "from `LLM_MODEL` or `MODEL`",
  }),
  LLM_MODEL: z
    .string()
    .optional()
    .describe("The name that a model server has for the model, where one runs it (`LLM_BASE_URL`)."),
};

/** The name that queries ask for. */
export function servedModelName({
  MODEL,
  MODEL_NAME,
  LLM_MODEL,
}: {
  readonly MODEL: string;
  readonly MODEL_NAME?: string | undefined;
  readonly LLM_MODEL?: string | undefined;
}): string {
  return MODEL_NAME ?? modelNameOf(LLM_MODEL ?? MODEL);
}
