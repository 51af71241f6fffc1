import { z } from "zod";

/** Lower case, so that it can stand in queue names, file names and URLs. */
export const modelNameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,99}$/, "use lower-case letters, digits, dots, dashes and underscores");

/** The alias of the model that comes with the repository. */
export const DEMO_MODEL = "demo";

/**
 * The name under which a `MODEL` setting is offered: an alias stands for itself, a path or URI for
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

/** The name that queries ask for, from the settings that api and worker share. */
export function servedModelName(settings: {
  readonly MODEL: string;
  readonly MODEL_NAME?: string | undefined;
  /** Names the model where a server runs it. */
  readonly LLM_MODEL?: string | undefined;
}): string {
  return settings.MODEL_NAME ?? modelNameOf(settings.LLM_MODEL ?? settings.MODEL);
}
