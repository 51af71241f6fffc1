import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { ModelLoadError } from "../llama/load/model-load-error.js";

/** What a header can carry. */
const TOKEN = /^[\x21-\x7e]+$/;

/** The settings of the hub that `hf:` models come from, under the names that its own tools read. */
export const hubSettings = {
  HF_ENDPOINT: z
    .url({ protocol: /^https?$/, error: "must be a URL such as https://huggingface.co" })
    .default("https://huggingface.co")
    .describe("The hub that `hf:` models come from, or a mirror of it."),
  HF_TOKEN: z.string().regex(TOKEN, "must be one word of ASCII characters").optional().meta({
    secret: true,
    description:
      "The token for models that the hub gives to accounts alone. Sent to `HF_ENDPOINT` and to no other host.",
    defaultText: "what `huggingface-cli login` keeps",
  }),
  HF_HOME: z.string().optional().meta({
    description: "The folder in which the hub's own tools keep their token.",
    defaultText: "`~/.cache/huggingface`",
  }),
};

const settingsSchema = z.object(hubSettings);
export type HubSettings = Readonly<z.output<typeof settingsSchema>>;

/** A hub, and who asks it. */
export interface Hub {
  /** Without a slash at its end. */
  readonly endpoint: string;
  readonly token: string | undefined;
}

/**
 * The hub that the settings name, with the token of `HF_TOKEN`, else of the file that its tools keep.
 *
 * @throws {ModelLoadError} when that file holds something else than a token.
 */
export async function openHub(settings: HubSettings): Promise<Hub> {
  const folder = settings.HF_HOME ?? join(homedir(), ".cache", "huggingface");
  const token = settings.HF_TOKEN ?? (await readToken(join(folder, "token")));
  return { endpoint: settings.HF_ENDPOINT.replace(/\/{1,9}$/, ""), token };
}

async function readToken(path: string): Promise<string | undefined> {
  const text = await readFile(path, "utf8").catch(() => "");
  const token = text.trim();
  if (token === "") return undefined;
  if (TOKEN.test(token)) return token;
  throw new ModelLoadError(`${path} holds no token: it must be one word. Log in again, or set HF_TOKEN.`);
}
