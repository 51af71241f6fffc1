import { readFile } from "node:fs/promises";
import { errorMessage } from "@bullpen/base";
import { BullpenClient, type BullpenClientOptions } from "@bullpen/client";
import { redact, registerSettings, splitCredentials } from "@bullpen/contracts";
import { StartupError } from "@bullpen/runtime";
import { type Env, readEnv } from "./env.js";
import { shellQuoted } from "./output/shell-quoted.js";
import { STATE_FOLDER } from "./paths.js";
import { findRunningStacks } from "./stack/data-folder.js";

/** Where the api is and what opens it, as options of a command. */
export interface ConnectionOptions {
  readonly url?: string;
  readonly keyFile?: string;
}

const DEFAULT_URL = "http://127.0.0.1:3000";

/** A client of the api that `--url` names, else of the one that the environment names or that runs on this machine. */
export async function connect(
  { url: named, keyFile }: ConnectionOptions,
  options: Omit<BullpenClientOptions, "url" | "urlSetting" | "apiKey"> = {},
): Promise<{ client: BullpenClient; url: string }> {
  const env = readEnv();
  const url = await findApi(named, env);
  if (URL.canParse(url)) splitCredentials(url); // registers its login, which no message may show
  const apiKey = keyFile === undefined ? env.BULLPEN_API_KEY : await readKeyFile(keyFile);
  registerSettings({ BULLPEN_API_KEY: apiKey });
  return { client: new BullpenClient({ ...options, url, apiKey, urlSetting: "--url" }), url };
}

/** The options that lead to the api, as a command has them; nothing where there are none. */
export function describeConnection({ url, keyFile }: ConnectionOptions): string {
  const options = [
    url === undefined ? "" : ` --url ${redact(url)}`,
    keyFile === undefined ? "" : ` --key-file ${shellQuoted(keyFile)}`,
  ];
  return options.join("");
}

async function findApi(named: string | undefined, env: Env): Promise<string> {
  const chosen = named ?? env.BULLPEN_URL;
  if (chosen !== undefined) return chosen;
  const stacks = await findRunningStacks(STATE_FOLDER);
  return stacks.find((stack) => stack.api_url !== undefined)?.api_url ?? DEFAULT_URL;
}

/** @throws {StartupError} when the file holds anything but one word, as a key is. */
async function readKeyFile(path: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw new StartupError(`--key-file: ${path} cannot be read (${errorMessage(error)}).`);
  }
  const key = text.trim();
  if (/^[\x21-\x7e]{1,500}$/.test(key)) return key;
  throw new StartupError(
    `--key-file: ${path} must hold a key and nothing else, such as bp_0123456789abcdef_…`,
  );
}
