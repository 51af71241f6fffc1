import { errorMessage, toError } from "@bullpen/base";
import {
  type CompletionRequest,
  type Constraint,
  type LanguageModel,
  samplingSchema,
  splitCredentials,
} from "@bullpen/contracts";
import { z } from "zod";
import { OpenAiClient } from "./client.js";
import { DIALECTS, type OpenAiDialect } from "./dialect.js";
import { OpenAiServerError, OpenAiSetupError } from "./errors.js";
import { completeShape, OpenAiModel } from "./model.js";
import { chatShapes } from "./request.js";

export interface ConnectOpenAiModelOptions {
  /** The part of the server's URLs before `/chat/completions`, such as `http://127.0.0.1:8000/v1`. */
  readonly baseUrl: string;
  /** The name that the server has for the model. */
  readonly model: string | undefined;
  readonly apiKey?: string | undefined;
  /** The name that queries ask for. */
  readonly name: string;
  /** Most requests that are active at a time. */
  readonly slots: number;
  /** Tokens that one request may take, if the server does not say. Default: 4096. */
  readonly contextTokens?: number | undefined;
  /** Time that one response may take, in milliseconds. Default: 10 minutes. */
  readonly timeoutMs?: number;
  /**
   * What a completion is held to when the server is tried out. Its first alternative begins with a constant that the
   * server does not write unless it holds to schemas.
   */
  readonly probe: Constraint;
  readonly log?: (level: "info" | "warn", message: string) => void;
  readonly signal?: AbortSignal;
}

const DEFAULT_TIMEOUT_MS = 600_000;
const DEFAULT_CONTEXT_TOKENS = 4_096;
const DETAIL_TIMEOUT_MS = 5_000;

/**
 * Connects to a server that speaks the OpenAI protocol. Finds its dialect by short completions that are held to the
 * probe.
 *
 * @throws {OpenAiSetupError} if the server cannot be reached, does not have the model, or refuses the probe.
 */
export async function connectOpenAiModel(options: ConnectOpenAiModelOptions): Promise<LanguageModel> {
  const { apiKey, name, slots, log = () => {}, signal = new AbortController().signal } = options;
  const { url: baseUrl } = splitCredentials(options.baseUrl);
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const client = new OpenAiClient({ baseUrl: options.baseUrl, apiKey, connections: slots, timeoutMs, log });
  try {
    const { model, contextTokens: told } = await findModel(client, { ...options, baseUrl }, signal);
    const contextTokens =
      told ?? (await askContextTokens(client)) ?? options.contextTokens ?? DEFAULT_CONTEXT_TOKENS;
    const dialect = await findDialect(
      client,
      { model, contextTokens, baseUrl, log, probe: options.probe },
      signal,
    );
    log("info", `${model} at ${baseUrl}: ${contextTokens} tokens of context, ${JSON.stringify(dialect)}`);
    return new OpenAiModel({ name, model, client, dialect, slots, contextTokens });
  } catch (error) {
    await client.close();
    signal.throwIfAborted();
    throw error;
  }
}

/** The part of `GET /models` that is read. */
const modelsSchema = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      /** vLLM and SGLang. */
      max_model_len: z.int().nullish(),
    }),
  ),
});

async function findModel(
  client: OpenAiClient,
  { baseUrl, model }: ConnectOpenAiModelOptions,
  signal: AbortSignal,
): Promise<{ model: string; contextTokens: number | undefined }> {
  let reply: unknown;
  try {
    reply = await client.send("GET", "models", { patience: "give-up", signal });
  } catch (error) {
    signal.throwIfAborted();
    throw new OpenAiSetupError(
      `LLM_BASE_URL=${baseUrl} cannot be used: ${sentence(error)}${adviceFor(error)}`,
    );
  }
  const models = modelsSchema.safeParse(reply);
  if (!models.success)
    throw new OpenAiSetupError(
      `LLM_BASE_URL=${baseUrl} lists no models under /models: it does not speak the OpenAI protocol. Such URLs mostly end in /v1.`,
    );
  const found = models.data.data.find((entry) => entry.id === model);
  if (found) return { model: found.id, contextTokens: found.max_model_len ?? undefined };
  const served = models.data.data.map((entry) => entry.id).join(", ") || "none";
  const fault = model === undefined ? "LLM_MODEL is not set" : `LLM_MODEL=${model} is not there`;
  throw new OpenAiSetupError(
    `${fault}: the server at ${baseUrl} serves ${served}. Set LLM_MODEL to one of them.`,
  );
}

function adviceFor(error: unknown): string {
  if (!(error instanceof OpenAiServerError)) return "";
  if (error.status === 404) return " Such URLs mostly end in /v1.";
  return error.kind === "away" ? " Start the server, or set LLM_BASE_URL to where it runs." : "";
}

/** Where servers say how long a context is: llama-server of one slot, TGI of prompt and completion. */
const DETAILS = [
  {
    path: "/props",
    schema: z
      .object({ default_generation_settings: z.object({ n_ctx: z.int() }) })
      .transform((props) => props.default_generation_settings.n_ctx),
  },
  {
    path: "/info",
    schema: z.object({ max_total_tokens: z.int() }).transform((info) => info.max_total_tokens),
  },
];

async function askContextTokens(client: OpenAiClient): Promise<number | undefined> {
  for (const { path, schema } of DETAILS) {
    const reply = await client.probe(path, DETAIL_TIMEOUT_MS).catch(() => undefined);
    const parsed = schema.safeParse(reply);
    if (parsed.success) return parsed.data;
  }
  return undefined;
}

/**
 * It asks for a plain word, so that only a server that holds to the schema answers with an object. Its sampling is at the
 * bounds: a server that refuses them shows it now.
 */
const PROBE: Omit<CompletionRequest, "constraint"> = {
  messages: [
    { role: "system", content: "Reply with one word." },
    { role: "user", content: "Are you ready?" },
    { role: "assistant", content: "Yes" },
    { role: "tool", content: "And now?" },
  ],
  primer: "",
  sampling: samplingSchema.parse({ temperature: 0, top_p: 1, top_k: 0, seed: 1 }),
  maxTokens: 48,
};

/** The first dialect in which the server accepts the probe and answers with the constant that it asks for. */
async function findDialect(
  client: OpenAiClient,
  setup: {
    model: string;
    contextTokens: number;
    baseUrl: string;
    probe: Constraint;
    log: (level: "warn", message: string) => void;
  },
  signal: AbortSignal,
): Promise<OpenAiDialect> {
  const request: CompletionRequest = { ...PROBE, constraint: setup.probe };
  let accepted: OpenAiDialect | undefined;
  let refusal: unknown;
  for (const dialect of DIALECTS) {
    try {
      const [messages = []] = chatShapes(request, dialect);
      const turn = { request, messages };
      const { text } = await completeShape({ ...setup, client, dialect }, turn, "give-up", signal);
      if (isHeld(text, setup.probe)) return dialect;
      accepted ??= dialect;
    } catch (error) {
      if (!(error instanceof OpenAiServerError) || !mayBeDialect(error))
        throw asSetupError(error, setup.baseUrl);
      refusal ??= error;
    }
  }
  if (!accepted) throw asSetupError(refusal, setup.baseUrl);
  const why = refusal === undefined ? "" : ` (${sentence(refusal)})`;
  setup.log("warn", `${setup.baseUrl} does not hold replies to a JSON schema: expect malformed ones${why}`);
  return accepted;
}

/** Whether a completion begins with the constant that its constraint asks for. */
function isHeld(text: string, { alternatives }: Constraint): boolean {
  const value = alternatives[0]?.[0]?.value;
  return value?.type === "constant" && text.startsWith(JSON.stringify(value.text));
}

/** Whether another dialect may be accepted: bad request, unprocessable; errors of some templates give 500. */
function mayBeDialect({ status }: OpenAiServerError): boolean {
  return status === 400 || status === 422 || status === 500;
}

function asSetupError(error: unknown, baseUrl: string): Error {
  if (!(error instanceof OpenAiServerError)) return toError(error);
  return new OpenAiSetupError(
    `The server at LLM_BASE_URL=${baseUrl} takes no turn of an agent: ${sentence(error)}`,
  );
}

function sentence(error: unknown): string {
  const message = errorMessage(error);
  return message.endsWith(".") ? message : `${message}.`;
}
