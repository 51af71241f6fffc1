import { agentSettings, modelSettings, servedModelName } from "@bullpen/contracts";
import { redisSettings } from "@bullpen/redis";
import {
  commonSettings,
  countSetting,
  originListSetting,
  parseEnv,
  portSetting,
  withoutKeysSetting,
} from "@bullpen/runtime";
import {
  checkLocationSettings,
  checkStorageSettings,
  locationSettings,
  storageSettings,
} from "@bullpen/storage";
import { tracingSettings } from "@bullpen/tracing";
import { webhookSettings } from "@bullpen/webhooks";
import { z } from "zod";
import { checkPrices, priceSettings } from "./usage/prices.js";

function tenantLimit(description: string) {
  return countSetting(1).optional().meta({ description, defaultText: "no limit" });
}

/** docs/settings.md is made of it. */
export const envSchema = z
  .object({
    ...commonSettings,
    ...redisSettings,
    ...tracingSettings,
    ...storageSettings,
    ...locationSettings,
    API_PORT: portSetting
      .default(3_000)
      .describe("The port of the api. `npm start` takes a free one where 3000 is taken."),
    KEEP_ALIVE_SECONDS: countSetting(1, 3_600)
      .default(75)
      .describe(
        "How long a connection without a request is kept. More than the proxy in front of the api keeps it.",
      ),
    ALLOW_WITHOUT_KEYS: withoutKeysSetting,
    CORS_ORIGINS: originListSetting.default([]).meta({
      description:
        "Origins whose web pages may use the api: `https://chat.example.com,http://localhost:8080`, `*` for every page that is open anywhere.",
      defaultText: "none",
    }),
    /** The model of queries that name none. */
    ...modelSettings,
    ...agentSettings,
    MAX_FILE_BYTES: countSetting(1)
      .default(8 * 2 ** 30)
      .meta({ description: "The largest file that is taken.", defaultText: "8 GiB" }),
    STORAGE_QUOTA_BYTES: countSetting(0)
      .default(2 ** 40)
      .meta({
        description:
          "What the files of one tenant may take together. `bullpen keys limit` sets this and the next ones for a tenant or a key alone.",
        defaultText: "1 TiB",
      }),
    TENANT_REQUESTS_PER_MINUTE: tenantLimit("Requests that one tenant may send in a minute."),
    TENANT_TOKENS_PER_DAY: tenantLimit(
      "Tokens that models may read and write for one tenant on a day of UTC.",
    ),
    TENANT_QUEUED_QUERIES: tenantLimit(
      "Queries of one tenant, besides those of batches, that may be open at a time.",
    ),
    TENANT_BATCHES: tenantLimit("Batches of one tenant that may be open at a time."),
    ...webhookSettings,
    AUDIT_RETENTION_DAYS: countSetting(1, 36_500)
      .default(90)
      .describe("How many days the audit log keeps who did what."),
    ...priceSettings,
    RETENTION_SECONDS: countSetting(1).default(86_400).describe("How long a query is kept after its end."),
  })
  .superRefine(checkStorageSettings)
  .superRefine(checkLocationSettings)
  .superRefine(checkPrices)
  .transform(({ MODEL_NAME, LLM_MODEL, ...settings }) => ({
    ...settings,
    MODEL: servedModelName({ MODEL: settings.MODEL, MODEL_NAME, LLM_MODEL }),
  }));

export type Env = z.output<typeof envSchema>;

export function readEnv(): Env {
  return parseEnv(envSchema, process.env);
}
