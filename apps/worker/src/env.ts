import { DEMO_MODEL, modelNameOf, modelNameSchema } from "@bullpen/contracts";
import { commonSettings, countSetting, parseEnv, portSetting } from "@bullpen/runtime";
import { z } from "zod";

const schema = z
  .object({
    ...commonSettings,
    WORKER_PORT: portSetting.default(0),
    /** Path of a GGUF file, `hf:` URI, or the alias `demo`. */
    MODEL: z.string().default(DEMO_MODEL),
    /** The name under which queries ask for the model. Default: from MODEL. */
    MODEL_NAME: modelNameSchema.optional(),
    /** Where `hf:` models are kept. */
    MODELS_DIR: z.string().default(".bullpen/models"),
    /** Queries that generate side by side. */
    SLOTS: countSetting(1, 512).default(16),
    /** Tokens that one query's prompt and completion may take together. */
    CONTEXT_TOKENS: countSetting(256, 1_048_576).default(4_096),
    /** CPU threads of the model. Default: the cores available to this process, less one. */
    THREADS: countSetting(1, 512).optional(),
    GPU: z.enum(["auto", "off"]).default("auto"),
    PROMPT_FORMAT: z.enum(["auto", "mixtral", "chat-template"]).default("auto"),
    RETENTION_SECONDS: countSetting(1).default(86_400),
    /** Time that queries in flight get to finish their turn when the worker is told to stop. */
    SHUTDOWN_GRACE_SECONDS: countSetting(0, 3_600).default(10),
  })
  .transform((settings) => ({ ...settings, MODEL_NAME: settings.MODEL_NAME ?? modelNameOf(settings.MODEL) }));

export type Env = z.output<typeof schema>;

export function readEnv(): Env {
  return parseEnv(schema, process.env);
}
