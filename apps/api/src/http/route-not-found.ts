import { ApiError } from "@bullpen/protocol";
import type { Request, RequestHandler } from "express";

const CHAT = "POST /v1/chat/completions";

/** First parts of paths that other servers have, and what Bullpen has in their place. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  conversations: "Bullpen keeps no conversations. Continue by previous_response_id: POST /v1/responses.",
  completions: `Bullpen answers conversations, not plain prompts: ${CHAT}.`,
  messages: `Bullpen does not speak Anthropic's API. Use a client of the OpenAI API: ${CHAT}.`,
  assistants: `Bullpen has no assistants. Every chat completion is an agent with tools: ${CHAT}.`,
  threads: `Bullpen has no threads. Send their messages with each request: ${CHAT}.`,
  uploads: "Bullpen takes a file of any size in one request: POST /v1/files.",
  embeddings: "Bullpen makes no embeddings; its models answer questions.",
  moderations: "Bullpen has no moderation; its models answer questions.",
  images: "Bullpen makes no images; its models answer questions.",
  audio: "Bullpen neither hears nor speaks; its models answer questions in text.",
  videos: "Bullpen makes no videos; its models answer questions.",
  realtime: `Bullpen has no Realtime API. Stream chat completions: ${CHAT} with "stream": true.`,
  fine_tuning: "Bullpen trains no models. GET /v1/models lists those that it serves.",
  vector_stores: "Bullpen has no vector stores. Its agents search with tools: GET /v1/tools lists them.",
  evals: "Bullpen has no evals. Run the questions as a batch: POST /v1/batches.",
  rerank: "Bullpen ranks nothing; its models answer questions.",
};

/** First parts of the paths that Bullpen has. */
const OWN = new Set([
  "queries",
  "chat",
  "responses",
  "files",
  "batches",
  "webhook_endpoints",
  "api_keys",
  "models",
  "tools",
  "queues",
]);

/**
 * Answers 400 for an endpoint of other servers. Gateways read a 404 as "this server, or its model, is gone" and
 * stop sending requests to it for a while.
 */
export const routeNotFound: RequestHandler = (request, _response, next) => {
  const [, resource = ""] = /^\/v1\/([\w-]+)/.exec(request.path) ?? [];
  const instead = Object.hasOwn(ELSEWHERE, resource) ? ELSEWHERE[resource] : undefined;
  if (instead !== undefined) next(new ApiError("unsupported_endpoint", instead));
  else next(new ApiError("route_not_found", `There is no ${nameOf(request)}.${hint(request)}`));
};

function nameOf({ method, path }: Request): string {
  return `${method} ${path.length > 100 ? `${path.slice(0, 100)}…` : path}`;
}

/** The usual mistake is a base URL without `/v1`, or with too much before it. */
function hint({ method, path }: Request): string {
  const parts = path.split("/").filter((part) => part !== "");
  const at = parts.findIndex((part) => OWN.has(part));
  if (at === -1 || parts.slice(at).join("/").length > 100) return "";
  const meant = `/v1/${parts.slice(at).join("/")}`;
  if (meant === path) return "";
  return ` If ${method} ${meant} is meant, let the client's base URL end in this server's address and /v1.`;
}
