import { setTimeout as sleep } from "node:timers/promises";
import { errorMessage, toError } from "@bullpen/base";
import {
  type CompletionRequest,
  type ObjectConstraint,
  objectOpening,
  samplingSchema,
} from "@bullpen/contracts";
import { z } from "zod";
import type { OpenAiClient } from "./client.js";
import { completePrompt, completeShape } from "./complete-shape.js";
import { type CompletionsApi, GRAMMAR_FIELDS } from "./completions-api.js";
import { DIALECTS, type OpenAiDialect } from "./dialect.js";
import { OpenAiServerError, OpenAiSetupError } from "./errors.js";
import { findPrompts } from "./find-prompts.js";
import { chatShapes } from "./request.js";
import { retryPauseMs } from "./retry-pause.js";

export type LlmApi = "auto" | "completions" | "chat";

/** How one server is spoken to. */
export interface ServerSetup {
  readonly dialect: OpenAiDialect;
  /** How it completes prompts that are written here; `undefined`: turns go to it as conversations. */
  readonly completions: CompletionsApi | undefined;
  /** Tokens of prompt and completion of one request. */
  readonly contextTokens: number;
  /** What its health is read from. `/health` where it has that; else the list of its models. */
  readonly healthPath: string;
}

export interface SetupOptions {
  /** The name that the server has for the model. */
  readonly model: string | undefined;
  /** Tokens that one request may take, if the server does not say. Default: 4096. */
  readonly contextTokens?: number | undefined;
  /** What a completion is held to when the server is tried out, see `ConnectOpenAiModelOptions`. */
  readonly probe: ObjectConstraint;
  /** Which of its endpoints takes the turns. `auto`: `/completions` where that holds to a grammar. */
  readonly api: LlmApi;
  readonly log: (level: "info" | "warn", message: string) => void;
}

const DEFAULT_CONTEXT_TOKENS = 4_096;
const DETAIL_TIMEOUT_MS = 5_000;
const MODELS_TIMEOUT_MS = 10_000;
/** Attempts of each request of the set-up. */
const MAX_ATTEMPTS = 4;

/**
 * Tries a server out: whether it has the model, and by short completions that are held to the probe which dialect it
 * speaks.
 *
 * @throws {OpenAiSetupError} if the server cannot be reached, does not have the model, or refuses the probe.
 */
export async function setUpServer(
  client: OpenAiClient,
  options: SetupOptions,
  signal: AbortSignal,
): Promise<ServerSetup> {
  const told = await findModel(client, options.model, signal);
  const contextTokens =
    told ?? (await askContextTokens(client)) ?? options.contextTokens ?? DEFAULT_CONTEXT_TOKENS;
  const dialect = await findDialect(client, { ...options, contextTokens }, signal);
  const completions = await findCompletionsApi(client, { ...options, contextTokens, dialect }, signal);
  const healthPath = await findHealthPath(client);
  const how = completions
    ? `turns as prompts (${completions.format.name}, ${completions.grammarField})`
    : "turns as conversations";
  options.log(
    "info",
    `${options.model} at ${client.address}: ${contextTokens} tokens of context, ${how}, ${JSON.stringify(dialect)}`,
  );
  if (!dialect.extensions)
    options.log(
      "warn",
      `${client.address} takes neither top_k nor repetition_penalty: its turns are sampled without them`,
    );
  return { dialect, completions, contextTokens, healthPath };
}

/** vLLM, SGLang, TGI and llama-server have it; a gateway may not. */
async function findHealthPath(client: OpenAiClient): Promise<string> {
  return (await client.has("/health", DETAIL_TIMEOUT_MS)) ? "/health" : "models";
}

/** Tries again, a few times, what fails because the server is away, full or broken. */
async function withRetries<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof OpenAiServerError) || error.kind === "refused") throw error;
      if (attempt >= MAX_ATTEMPTS) throw error;
      await sleep(Math.max(retryPauseMs(attempt), Math.min(error.retryAfterMs ?? 0, 10_000)), undefined, {
        signal,
      });
    }
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

/**
 * Checks that the server has the model.
 *
 * @returns the length of its context, if the server says it.
 * @throws {OpenAiSetupError} if not.
 */
export async function findModel(
  client: OpenAiClient,
  model: string | undefined,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { address } = client;
  let reply: unknown;
  try {
    reply = await withRetries(() => client.get("models", MODELS_TIMEOUT_MS), signal);
  } catch (error) {
    signal.throwIfAborted();
    throw new OpenAiSetupError(
      `LLM_BASE_URL=${address} cannot be used: ${sentence(error)}${adviceFor(error)}`,
      isAbsence(error),
    );
  }
  const models = modelsSchema.safeParse(reply);
  if (!models.success)
    throw new OpenAiSetupError(
      `LLM_BASE_URL=${address} lists no models under /models: it does not speak the OpenAI protocol. Such URLs mostly end in /v1.`,
    );
  const found = models.data.data.find((entry) => entry.id === model);
  if (found) return found.max_model_len ?? undefined;
  const served = models.data.data.map((entry) => entry.id).join(", ") || "none";
  const fault = model === undefined ? "LLM_MODEL is not set" : `LLM_MODEL=${model} is not there`;
  throw new OpenAiSetupError(
    `${fault}: the server at ${address} serves ${served}. Set LLM_MODEL to one of them.`,
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
    const reply = await client.get(path, DETAIL_TIMEOUT_MS).catch(() => undefined);
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
  { model = "", contextTokens, probe, log }: SetupOptions & { readonly contextTokens: number },
  signal: AbortSignal,
): Promise<OpenAiDialect> {
  const request: CompletionRequest = { ...PROBE, constraint: probe };
  let accepted: OpenAiDialect | undefined;
  let refusal: unknown;
  for (const dialect of DIALECTS) {
    try {
      const [messages = []] = chatShapes(request, dialect);
      const turn = { request, messages };
      const server = { client, model, dialect, contextTokens };
      const { text } = await withRetries(() => completeShape(server, turn, signal), signal);
      if (isHeld(text, probe)) return dialect;
      accepted ??= dialect;
    } catch (error) {
      if (!(error instanceof OpenAiServerError) || !mayBeDialect(error))
        throw asSetupError(error, client.address);
      refusal ??= error;
    }
  }
  if (!accepted) throw asSetupError(refusal, client.address);
  const why = refusal === undefined ? "" : ` (${sentence(refusal)})`;
  log("warn", `${client.address} does not hold replies to a JSON schema: expect malformed ones${why}`);
  return accepted;
}

/**
 * How the server completes prompts: the first field in which it takes a grammar and holds to it.
 *
 * @throws {OpenAiSetupError} if it must and does not.
 */
async function findCompletionsApi(
  client: OpenAiClient,
  options: SetupOptions & { readonly contextTokens: number; readonly dialect: OpenAiDialect },
  signal: AbortSignal,
): Promise<CompletionsApi | undefined> {
  const { model = "", api, probe, dialect, contextTokens } = options;
  if (api === "chat") return undefined;
  const request: CompletionRequest = { ...PROBE, primer: objectOpening(keyOf(probe)), constraint: probe };
  const prompts = await findPrompts(client, model);
  let why = "its model's prompt format is not known";
  for (const grammarField of prompts ? GRAMMAR_FIELDS : []) {
    const found = { ...prompts, grammarField } as CompletionsApi; // without prompts there are no fields
    try {
      const server = { client, model, dialect, contextTokens };
      const { text } = await withRetries(
        () => completePrompt(server, { request, api: found }, signal),
        signal,
      );
      if (isHeld(text, probe)) return found;
      why = "it does not hold completions to a grammar";
    } catch (error) {
      signal.throwIfAborted();
      why = errorMessage(error);
      // It may come back: a server is not asked in the lesser way because it was away for a moment.
      if (error instanceof OpenAiServerError && error.kind === "away")
        throw asSetupError(error, client.address);
      if (!(error instanceof OpenAiServerError) || !mayBeDialect(error)) break;
    }
  }
  if (api === "auto") return undefined;
  throw new OpenAiSetupError(
    `LLM_API=completions cannot be used with ${client.address}: ${why}. Set LLM_API=auto, or start the server so that it tells its chat template.`,
  );
}

function keyOf({ alternatives }: ObjectConstraint): string {
  return alternatives[0]?.[0]?.key ?? "";
}

/** Whether a completion begins with the constant that its constraint asks for. */
function isHeld(text: string, { alternatives }: ObjectConstraint): boolean {
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
    isAbsence(error),
  );
}

/** Whether an error says that the server is not there, and not that it is the wrong one. */
function isAbsence(error: unknown): boolean {
  return error instanceof OpenAiServerError && error.kind !== "refused";
}

function sentence(error: unknown): string {
  const message = errorMessage(error);
  return message.endsWith(".") ? message : `${message}.`;
}
