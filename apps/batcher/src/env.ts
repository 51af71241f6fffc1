import { modelSettings, servedModelName } from "@bullpen/contracts";
import { commonSettings, countSetting, parseEnv, portSetting } from "@bullpen/runtime";
import { checkStorageSettings, storageSettings } from "@bullpen/storage";
import { webhookSettings } from "@bullpen/webhooks";
import { z } from "zod";

const schema = z
  .object({
    ...commonSettings,
    ...storageSettings,
    BATCHER_PORT: portSetting.default(0),
    /** The model of lines that name none. */
    ...modelSettings,
    RETENTION_SECONDS: countSetting(1).default(86_400),
    /** Lines of one batch that are under way at a time. */
    BATCH_LINES_IN_FLIGHT: countSetting(1, 100_000).default(2_000),
    /** Chunks of lines that this process expands or writes side by side. */
    BATCH_CONCURRENCY: countSetting(1, 256).default(8),
    ...webhookSettings,
    /** Webhooks that this process sends side by side. */
    WEBHOOK_CONCURRENCY: countSetting(1, 1_000).default(64),
  })
  .superRefine(checkStorageSettings)
  .transform(({ MODEL_NAME, LLM_MODEL, ...settings }) => ({
    ...settings,
    MODEL: servedModelName({ MODEL: settings.MODEL, MODEL_NAME, LLM_MODEL }),
  }));

export type Env = z.output<typeof schema>;

export function readEnv(): Env {
  return parseEnv(schema, process.env);
}
