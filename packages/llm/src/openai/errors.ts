import { parseRetryAfter } from "@bullpen/base";
import { redact, redactHead } from "@bullpen/contracts";
import { AnswerTooLongError, RefusedRedirectError } from "@bullpen/outbound";
import { z } from "zod";

/** The server cannot be used with these settings. The message names the setting to change. */
export class OpenAiSetupError extends Error {
  override readonly name = "OpenAiSetupError";
  /** The message is shown to the operator without a stack trace. */
  readonly operatorMessage = true;
  /** Whether the server is merely not there, or broken: it may come. */
  readonly isAbsence: boolean;

  constructor(message: string, isAbsence = false) {
    super(message);
    this.isAbsence = isAbsence;
  }
}

/** The server gave no completion. */
export class OpenAiServerError extends Error {
  override readonly name = "OpenAiServerError";
  readonly operatorMessage = true;
  /**
   * `away`: it cannot be reached or is full, and waiting helps. `failed`: it failed at this request, or did not answer
   * in time. `refused`: it will never accept this request.
   */
  readonly kind: "away" | "failed" | "refused";
  /** The HTTP status, if there was a response. */
  readonly status: number | undefined;
  /** How long it asks to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** Its own message; "" if it has none. */
  readonly said: string;

  constructor(
    kind: OpenAiServerError["kind"],
    message: string,
    details: {
      readonly status?: number;
      readonly retryAfterMs?: number | undefined;
      readonly said?: string;
    } = {},
  ) {
    super(redact(message));
    this.kind = kind;
    this.status = details.status;
    this.retryAfterMs = details.retryAfterMs;
    this.said = details.said ?? "";
  }
}

/** The server is full, or a gateway cannot reach it. */
const AWAY_STATUSES: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** The error of a response that is not a success. @param what the request, as in `POST http://…`. */
export function errorOfResponse(
  what: string,
  response: { readonly status: number; readonly retryAfter: string | undefined; readonly text: string },
): OpenAiServerError {
  const { status } = response;
  // Servers repeat the key that they refuse.
  const said = redact(messageIn(response.text));
  const message = `${what} answers ${status}${said === "" ? "" : `: ${said}`}`;
  const kind = kindOf(status, said);
  const retryAfterMs = parseRetryAfter(response.retryAfter);
  if (status === 401 || status === 403)
    return new OpenAiServerError(kind, `${message} Set LLM_API_KEY to a key that it accepts.`, { status });
  return new OpenAiServerError(kind, message, { status, retryAfterMs, said });
}

function kindOf(status: number, said: string): OpenAiServerError["kind"] {
  if (AWAY_STATUSES.has(status)) return "away";
  // Some servers answer 500 where the model's chat template refuses a conversation.
  if (status === 500 && TEMPLATE_REFUSAL.test(said)) return "refused";
  return status >= 500 || status === 408 ? "failed" : "refused";
}

const TEMPLATE_REFUSAL = /roles must alternate|raise_exception|jinja|chat template|system role/i;

/** The error of a request without a response. */
export function errorOfConnection(what: string, error: unknown): OpenAiServerError {
  if (error instanceof RefusedRedirectError)
    return new OpenAiServerError("refused", `${what} fails: ${error.message} in LLM_BASE_URL`);
  if (error instanceof AnswerTooLongError)
    return new OpenAiServerError("failed", `${what} fails: ${error.message}`);
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const reason = code || String(error);
  if (CONNECT_CODES.has(code)) return new OpenAiServerError("away", `${what} cannot be reached (${reason})`);
  if (TIMEOUT_CODES.has(code)) return errorOfTimeout(what);
  return new OpenAiServerError("failed", `${what} was cut off (${reason})`);
}

/** The error of a response that takes longer than it may. */
export function errorOfTimeout(what: string): OpenAiServerError {
  return new OpenAiServerError("failed", `${what} does not answer in time (LLM_TIMEOUT_SECONDS)`);
}

const CONNECT_CODES: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
]);
const TIMEOUT_CODES: ReadonlySet<string> = new Set(["UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"]);

/** What a refusal says about the context that the request does not fit. */
export interface ContextOverflow {
  /** Tokens of the prompt; `undefined` if the server does not say, or says only that there are too many. */
  readonly promptTokens: number | undefined;
}

/** Whether a server refused a request because prompt and completion do not fit its context. */
export function findContextOverflow(error: OpenAiServerError): ContextOverflow | undefined {
  if (error.kind !== "refused") return undefined;
  if (!OVERFLOW_PATTERNS.some((pattern) => pattern.test(error.message))) return undefined;
  for (const pattern of PROMPT_TOKENS_PATTERNS) {
    const count = pattern.exec(error.message)?.[1];
    if (count !== undefined) return { promptTokens: Number(count) };
  }
  return { promptTokens: undefined };
}

/** vLLM and SGLang; SGLang; llama-server; TGI. */
const OVERFLOW_PATTERNS = [
  /maximum context length/i,
  /longer than the model'?s context length/i,
  /exceeds? the available context size/i,
  /inputs?`? (tokens )?.{0,200}must (be|have) (<=|less than)/i,
];

/** "at least 3000 input tokens" is not a count: the server stopped counting there. */
const PROMPT_TOKENS_PATTERNS = [
  /(?<!\d)(\d+) (?:tokens )?(?:in|from) the (?:input )?messages/i,
  /(?<!at least )\b(\d+) input tokens/i,
  /The input \((\d+) tokens\)/i,
  /request \((\d+) tokens\)/i,
  /Given: (\d+)/,
];

const errorBodySchema = z.union([
  z.object({ error: z.object({ message: z.string() }) }).transform(({ error }) => error.message),
  // vLLM and SGLang before they nested it; TGI.
  z.object({ message: z.string() }).transform(({ message }) => message),
  z.object({ error: z.string() }).transform(({ error }) => error),
]);

const MAX_SAID = { message: 2_000, text: 300 };

/** What an error's body says: its message if the form is known, otherwise the start of the text. */
function messageIn(text: string): string {
  try {
    return redactHead(errorBodySchema.parse(JSON.parse(text)), MAX_SAID.message);
  } catch {
    return redactHead(text.trim(), MAX_SAID.text);
  }
}
