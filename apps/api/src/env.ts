import { modelSettings, servedModelName } from "@bullpen/contracts";
import { commonSettings, countSetting, originListSetting, parseEnv, portSetting } from "@bullpen/runtime";
import { checkStorageSettings, storageSettings } from "@bullpen/storage";
import { webhookSettings } from "@bullpen/webhooks";
import { z } from "zod";

const schema = z
  .object({
    ...commonSettings,
    ...storageSettings,
    API_PORT: portSetting.default(3_000),
    /** How long a connection without a request is kept; a proxy in front must give up earlier. */
    KEEP_ALIVE_SECONDS: countSetting(1, 3_600).default(75),
    /** Origins whose web pages may use the api. Default: none but its own. */
    CORS_ORIGINS: originListSetting.default([]),
    /** The model of queries that name none. */
    ...modelSettings,
    /** Largest file that is taken. Default: 8 GiB. */
    MAX_FILE_BYTES: countSetting(1).default(8 * 2 ** 30),
    /** What the files of one tenant may take together. Default: 1 TiB. */
    STORAGE_QUOTA_BYTES: countSetting(0).default(2 ** 40),
    ...webhookSettings,
    /** How long a query is kept after its end. */
    RETENTION_SECONDS: countSetting(1).default(86_400),
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
