import { modelSettings } from "@bullpen/contracts";
import { hubSettings } from "@bullpen/llm/models";
import { countSetting, parseEnv, portSetting } from "@bullpen/runtime";
import { z } from "zod";

/** docs/settings.md is made of it. */
export const envSchema = z.object({
  BULLPEN_URL: z.url("must be a URL such as http://127.0.0.1:3000").optional().meta({
    secret: true,
    description:
      "The api that the command line talks to, as `--url`. User and password in it are sent as Basic auth, to a proxy with a login.",
    defaultText: "the api that runs on this machine",
  }),
  BULLPEN_API_KEY: z.string().optional().meta({
    secret: true,
    description:
      "The key that the command line sends, where the api wants one; `--key-file` names a file with it.",
  }),
  JUDGE_API_KEY: z.string().optional().meta({
    secret: true,
    description:
      "The key that `bullpen eval --judge-url` sends to the server of the judge, as a bearer token.",
  }),
  REDIS_URL: z.string().optional().meta({ secret: true }),
  API_PORT: portSetting
    .optional()
    .describe("The port of the api. `npm start` takes a free one where 3000 is taken."),
  DASHBOARD_PORT: portSetting
    .optional()
    .describe("The port of the dashboard. `npm start` takes a free one where 3001 is taken."),
  /** The worker's, which `bullpen models` and the start of a stack read too. */
  MODEL: modelSettings.MODEL,
  LLM_BASE_URL: z.string().optional().meta({ secret: true }),
  MODELS_DIR: z.string().optional(),
  TUNED_FILE: z.string().optional(),
  GPU: z.string().optional(),
  GPUS_PER_WORKER: countSetting(1, 64).default(2),
  CONTEXT_TOKENS: countSetting(256, 1_048_576).optional(),
  ...hubSettings,
  /** npm's: the script of package.json that it runs. */
  npm_lifecycle_event: z.string().optional(),
});

export type Env = z.output<typeof envSchema>;

export function readEnv(): Env {
  return parseEnv(envSchema, process.env);
}

/** Those of the settings that are set, by a value or by a file with it, in their order. */
export function setAmong(names: readonly string[]): string[] {
  const isSet = (name: string) => (process.env[name] ?? "") !== "";
  return names.filter((name) => isSet(name) || isSet(`${name}_FILE`));
}

/** Whether npm runs this process, by `npm start`, `npm run demo` or `npx`. */
export function isStartedByNpm({ npm_lifecycle_event: script }: Env): boolean {
  return ["start", "demo", "npx"].includes(script ?? "");
}

/** The environment that the processes of a stack inherit. */
export function inheritedEnv(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return Object.fromEntries(entries);
}
