import { agentSettings, modelSettings, servedModelName } from "@bullpen/contracts";
import { redisSettings } from "@bullpen/redis";
import { commonSettings, countSetting, parseEnv, portSetting } from "@bullpen/runtime";
import {
  checkLocationSettings,
  checkStorageSettings,
  locationAccessSettings,
  storageSettings,
} from "@bullpen/storage";
import { tracingSettings } from "@bullpen/tracing";
import { webhookSettings } from "@bullpen/webhooks";
import { z } from "zod";

/** docs/settings.md is made of it. */
export const envSchema = z
  .object({
    ...commonSettings,
    ...redisSettings,
    ...tracingSettings,
    ...storageSettings,
    ...locationAccessSettings,
    BATCHER_PORT: portSetting.default(0).describe("The port of health and metrics. 0: any free one."),
    /** The model of lines that name none. */
    ...modelSettings,
    ...agentSettings,
    RETENTION_SECONDS: countSetting(1).default(86_400).describe("How long a query is kept after its end."),
    BATCH_LINES_IN_FLIGHT: countSetting(1, 100_000)
      .default(2_000)
      .describe("Lines of one batch that are in Redis at a time."),
    BATCH_CONCURRENCY: countSetting(1, 256)
      .default(8)
      .describe("Chunks of batches that one batcher expands or writes side by side."),
    ...webhookSettings,
    WEBHOOK_CONCURRENCY: countSetting(1, 1_000)
      .default(64)
      .describe("Webhooks that one batcher sends side by side, a quarter of them to one endpoint at most."),
  })
  .superRefine(checkStorageSettings)
  .superRefine(checkLocationSettings)
  .transform(({ MODEL_NAME, LLM_MODEL, ...settings }) => ({
    ...settings,
    MODEL: servedModelName({ MODEL: settings.MODEL, MODEL_NAME, LLM_MODEL }),
  }));

export type Env = z.output<typeof envSchema>;

export function readEnv(): Env {
  return parseEnv(envSchema, process.env);
}
