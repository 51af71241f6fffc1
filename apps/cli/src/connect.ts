import { join } from "node:path";
import { BullpenClient, type BullpenClientOptions } from "@bullpen/client";
import { splitCredentials } from "@bullpen/contracts";
import { type Env, readEnv } from "./env.js";
import { ROOT } from "./paths.js";
import { findRunningStacks } from "./stack/data-folder.js";

const DEFAULT_URL = "http://127.0.0.1:3000";

/** A client of the api that `--url` names, else of the one that the environment names or that runs on this machine. */
export async function connect(
  named: string | undefined,
  options: Omit<BullpenClientOptions, "url" | "urlSetting"> = {},
): Promise<{ client: BullpenClient; url: string }> {
  const url = await findApi(named, readEnv());
  if (URL.canParse(url)) splitCredentials(url); // registers its login, which no message may show
  return { client: new BullpenClient({ ...options, url, urlSetting: "--url" }), url };
}

async function findApi(named: string | undefined, env: Env): Promise<string> {
  const chosen = named ?? env.BULLPEN_URL;
  if (chosen !== undefined) return chosen;
  const stacks = await findRunningStacks(join(ROOT, ".bullpen"));
  return stacks.find((stack) => stack.api_url !== undefined)?.api_url ?? DEFAULT_URL;
}
