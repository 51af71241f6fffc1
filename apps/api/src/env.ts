import { DEMO_MODEL, modelNameOf } from "@bullpen/contracts";
import { commonSettings, countSetting, parseEnv, portSetting } from "@bullpen/runtime";
import { z } from "zod";

const schema = z.object({
  ...commonSettings,
  API_PORT: portSetting.default(3_000),
  /** The model of queries that name none: a path, `hf:` URI or alias, as the workers have it. */
  MODEL: z.string().default(DEMO_MODEL).transform(modelNameOf),
  /** How long a query is kept after its end. */
  RETENTION_SECONDS: countSetting(1).default(86_400),
});

export type Env = z.output<typeof schema>;

export function readEnv(): Env {
  return parseEnv(schema, process.env);
}
