import { commonSettings, parseEnv, portSetting } from "@bullpen/runtime";
import { z } from "zod";

const schema = z.object({
  ...commonSettings,
  DASHBOARD_PORT: portSetting.default(3_001),
  /** `false` lets whoever reaches the page retry, remove and pause. There is no login in front of it. */
  DASHBOARD_READ_ONLY: z
    .enum(["true", "false"], "must be true or false")
    .default("true")
    .transform((value) => value === "true"),
});

export type Env = z.output<typeof schema>;

export function readEnv(): Env {
  return parseEnv(schema, process.env);
}
