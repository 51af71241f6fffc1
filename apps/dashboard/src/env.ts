import { redisSettings } from "@bullpen/redis";
import { commonSettings, parseEnv, portSetting, withoutKeysSetting } from "@bullpen/runtime";
import { checkStorageSettings, storageSettings } from "@bullpen/storage";
import { z } from "zod";
import { checkSignInSettings, signInSettings } from "./sign-in/sign-in-settings.js";

/** `/ops/bullpen` of any spelling of it; nothing for the root. */
function readBasePath(path: string, context: z.RefinementCtx): string {
  const segments = path.split("/").filter((segment) => segment !== "");
  if (segments.every((segment) => /^[\w~-][\w.~-]*$/.test(segment)))
    return segments.map((segment) => `/${segment}`).join("");
  context.addIssue("must be a path such as /ops/bullpen, of letters, digits and . _ ~ -");
  return z.NEVER;
}

const settingsSchema = z.object({
  ...commonSettings,
  ...redisSettings,
  ...storageSettings,
  ALLOW_WITHOUT_KEYS: withoutKeysSetting,
  API_URL: z
    .url({ protocol: /^https?$/, error: "must be a URL such as http://127.0.0.1:3000" })
    .default("http://127.0.0.1:3000")
    .describe(
      "Where the dashboard finds the api, from which its pages take all that they show. `npm start` sets it.",
    ),
  DASHBOARD_PORT: portSetting
    .default(3_001)
    .describe("The port of the dashboard. `npm start` takes a free one where 3001 is taken."),
  DASHBOARD_BASE_PATH: z
    .string()
    .default("/")
    .transform(readBasePath)
    .describe(
      "The path below which a proxy offers the dashboard, such as `/ops/bullpen`, whether the proxy takes it off or passes it on.",
    ),
  ...signInSettings,
  DASHBOARD_READ_ONLY: z
    .enum(["true", "false"], "must be true or false")
    .default("true")
    .transform((value) => value === "true")
    .describe(
      "`false` lets whoever reaches the page retry, remove and pause jobs. Where keys are in use it wants one of the role admin.",
    ),
});

/** docs/settings.md is made of it. */
export const envSchema = settingsSchema.superRefine(checkStorageSettings).superRefine(checkSignInSettings);

export type Env = z.output<typeof envSchema>;

export function readEnv(): Env {
  return parseEnv(envSchema, process.env);
}
