import { parseEnv, portSetting } from "@bullpen/runtime";
import { z } from "zod";

const schema = z.object({
  /** Where a running api is. Default: the one that runs on this machine. */
  BULLPEN_URL: z.url("must be a URL such as http://127.0.0.1:3000").optional(),
  REDIS_URL: z.string().optional(),
  API_PORT: portSetting.optional(),
  DASHBOARD_PORT: portSetting.optional(),
  /** npm's: the script of package.json that it runs. */
  npm_lifecycle_event: z.string().optional(),
});

export type Env = z.output<typeof schema>;

export function readEnv(): Env {
  return parseEnv(schema, process.env);
}

/** Those of the settings that are set, in their order. */
export function setAmong(names: readonly string[]): string[] {
  return names.filter((name) => (process.env[name] ?? "") !== "");
}

/** Whether npm runs this process, by `npm start` or `npm run demo`. */
export function isStartedByNpm({ npm_lifecycle_event: script }: Env): boolean {
  return script === "start" || script === "demo";
}

/** The environment that the processes of a stack inherit. */
export function inheritedEnv(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return Object.fromEntries(entries);
}
