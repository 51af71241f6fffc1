import { join } from "node:path";
import type { Env } from "../env.js";
import { ROOT } from "../paths.js";
import { findRunningStacks } from "../stack/data-folder.js";

const DEFAULT_URL = "http://127.0.0.1:3000";

/** The api to talk to: the one that was named, else the newest that runs on this machine. */
export async function findApi(named: string | undefined, env: Env): Promise<string> {
  const chosen = named ?? env.BULLPEN_URL;
  if (chosen !== undefined) return chosen;
  const stacks = await findRunningStacks(join(ROOT, ".bullpen"));
  return stacks.find((stack) => stack.api_url !== undefined)?.api_url ?? DEFAULT_URL;
}
