import { z } from "zod";
import { choosePromptFormats } from "../prompts/choose-prompt-format.js";
import { PromptFormatError } from "../prompts/prompt-format.js";
import { SpecialTokens } from "../prompts/special-tokens.js";
import type { OpenAiClient } from "./client.js";
import type { ServerPrompts } from "./completions-api.js";

const DETAIL_TIMEOUT_MS = 5_000;

/** The name of a token, or an object with it. */
const tokenSchema = z
  .union([z.string(), z.object({ content: z.string() }).transform(({ content }) => content)])
  .nullish()
  .transform((name) => name ?? "");

/** What servers say of their model's template: llama-server, and vLLM with `--enable-tokenizer-info-endpoint`. */
const templateSchema = z.object({
  chat_template: z.string().min(1),
  bos_token: tokenSchema,
  eos_token: tokenSchema,
});
const TEMPLATE_PATHS = ["/props", "/tokenizer_info"];

const MIXTRAL = ["mixtral", "instruct"];
const MIXTRAL_TOKENS = { bos_token: "<s>", eos_token: "</s>" };

/**
 * How the model of a server wants its prompts written: by the chat template that the server tells, or as Mixtral by its
 * name. `undefined` where neither is known.
 */
export async function findPrompts(client: OpenAiClient, model: string): Promise<ServerPrompts | undefined> {
  const told = await askTemplate(client);
  const isMixtral = MIXTRAL.every((part) => model.toLowerCase().includes(part));
  if (!told && !isMixtral) return undefined;
  const { bos_token: bosToken, eos_token: eosToken } = told ?? MIXTRAL_TOKENS;
  try {
    const { constrained } = choosePromptFormats("auto", {
      architecture: "llama",
      expertCount: isMixtral ? 8 : 0,
      chatTemplate: told?.chat_template,
      // Names of special tokens are read in all of a prompt.
      hasInstructionToken: false,
      bosToken,
      eosToken,
      addBos: bosToken !== "",
      specialTokens: new SpecialTokens([bosToken, eosToken]),
    });
    return { format: constrained, bosToken, eosToken };
  } catch (error) {
    if (error instanceof PromptFormatError) return undefined;
    throw error;
  }
}

async function askTemplate(client: OpenAiClient): Promise<z.output<typeof templateSchema> | undefined> {
  for (const path of TEMPLATE_PATHS) {
    const parsed = templateSchema.safeParse(await client.get(path, DETAIL_TIMEOUT_MS).catch(() => undefined));
    if (parsed.success) return parsed.data;
  }
  return undefined;
}
