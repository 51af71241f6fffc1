import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { FINAL_ANSWER } from "@bullpen/contracts";
import { z } from "zod";
import { ANSWER, TOOL, TOOL_INPUT } from "../harness/workload.js";

export const SERVED = "mistralai/Mixtral-8x7B-Instruct-v0.1";

/** A stand-in for a model server at the wire: it answers each turn after a delay, as vLLM answers a prompt. */
export interface DelayedServer {
  /** Such as `http://127.0.0.1:8000/v1`. */
  readonly url: string;
  /** Turns that were answered, and those that are in flight. */
  readonly answered: number;
  readonly inFlight: number;
  stop(): Promise<void>;
}

const bodySchema = z.object({ prompt: z.string().optional() });
/** About what a turn of this length takes with 300 tokens of instructions; nothing is counted here. */
const USAGE = {
  prompt_tokens: 420,
  completion_tokens: 32,
  prompt_tokens_details: { cached_tokens: 400 },
};

/** What it answers to a conversation: a worker sends one to try it out. */
const READY = {
  choices: [
    { message: { content: '{"tool_name": "Final Answer", "input": "ready"}' }, finish_reason: "stop" },
  ],
  usage: USAGE,
};

export async function startDelayedServer(delayMs: number): Promise<DelayedServer> {
  let answered = 0;
  let inFlight = 0;
  const server = createServer((request, response) => {
    if (request.method === "GET") return tell(request, response);
    void (async () => {
      const { prompt } = await readBody(request);
      if (prompt === undefined) return send(response, READY);
      inFlight++;
      await sleep(delayMs);
      send(response, { choices: [{ text: turnOf(prompt), finish_reason: "stop" }], usage: USAGE });
      answered++;
      inFlight--;
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // a TCP server's address is never a string
  return {
    url: `http://127.0.0.1:${port}/v1`,
    get answered() {
      return answered;
    },
    get inFlight() {
      return inFlight;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function tell({ url }: IncomingMessage, response: ServerResponse): void {
  if (url === "/v1/models") send(response, { data: [{ id: SERVED, max_model_len: 4_096 }] });
  else send(response, {}, url === "/health" ? 200 : 404);
}

function send(response: ServerResponse, body: object, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<z.output<typeof bodySchema>> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return bodySchema.parse(JSON.parse(text));
}

/** One tool call, then the answer. The worker's own try at its start asks for the answer. */
function turnOf(prompt: string): string {
  const isLast = prompt.includes("\nTool Output: ");
  const [name, input] = isLast ? [FINAL_ANSWER, ANSWER] : [TOOL.name, TOOL_INPUT];
  return `${JSON.stringify(name)},\n"input": ${JSON.stringify(input)}`;
}
