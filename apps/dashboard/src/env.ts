import { commonSettings, parseEnv, portSetting } from "@bullpen/runtime";
import { z } from "zod";

/** `/ops/bullpen` of any spelling of it; nothing for the root. */
function readBasePath(path: string, context: z.RefinementCtx): string {
  const segments = path.split("/").filter((segment) => segment !== "");
  if (segments.every((segment) => /^[\w~-][\w.~-]*$/.test(segment)))
    return segments.map((segment) => `/${segment}`).join("");
  context.addIssue("must be a path such as /ops/bullpen, of letters, digits and . _ ~ -");
  return z.NEVER;
}

const schema = z.object({
  ...commonSettings,
  DASHBOARD_PORT: portSetting.default(3_001),
  /** Where a proxy offers the dashboard, such as `/ops/bullpen`, whether it takes that off or passes it on. */
  DASHBOARD_BASE_PATH: z.string().default("/").transform(readBasePath),
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
