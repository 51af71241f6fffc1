import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { buildInstructions } from "@bullpen/agent";
import {
  ACTION_CLOSING,
  ACTION_PRIMER,
  BUILT_IN_TOOLS,
  OBJECT_CLOSING,
  samplingSchema,
} from "@bullpen/contracts";
import { z } from "zod";
import type { ArithmeticQuery } from "../agents/arithmetic-queries.js";
import type { ModelServer } from "./model-server.js";

const SCRIPT = fileURLToPath(new URL("../../served-agents/asyncio_agents.py", import.meta.url));

/** Far more than the demo model takes for a query. */
const MAX_TURNS = 8;

/**
 * What may follow the primer, up to the end of the input: the rest of the object leaves no choice. Strings are written as
 * vLLM's xgrammar is quick at them.
 */
const GRAMMAR = String.raw`
root ::= ("\"Calculator\"" | "\"Search\"" | "\"Final Answer\"") "," [ \n]? "\"input\":" " "? string
string ::= "\"" rest
rest ::= "\"" | [^"\\\x00-\x1F\x7F] rest | "\\" escape rest
escape ::= ["\\/bfnrt] | "u" [0-9a-fA-F] [0-9a-fA-F] [0-9a-fA-F] [0-9a-fA-F]
`;

const resultSchema = z.object({
  seconds: z.number(),
  cores: z.number(),
  turns: z.number(),
  tokens: z.number(),
  right: z.number(),
  failed: z.number(),
  first_error: z.string().nullable(),
});

export interface ScriptRound {
  readonly seconds: number;
  /** CPU time of the script without its calculators, over time. */
  readonly cores: number;
  readonly turns: number;
  /** Generated. */
  readonly tokens: number;
  readonly right: number;
  readonly failed: number;
}

export interface ScriptOptions {
  readonly server: ModelServer;
  /** The Python that has aiohttp. */
  readonly python: string;
  readonly inFlight: number;
  /** Most tokens of a turn. */
  readonly maxTokens: number;
}

/** Answers queries by the loop that one would write with asyncio, with the prompts and the sampling of Bullpen. */
export async function runScript(
  { server, python, inFlight, maxTokens }: ScriptOptions,
  queries: readonly ArithmeticQuery[],
): Promise<ScriptRound> {
  const bos = server.takesBos ? "<s>" : "";
  const { top_k: _, ...sampling } = samplingSchema.parse({});
  const grammar = server.isVllm ? { structured_outputs: { grammar: GRAMMAR } } : { grammar: GRAMMAR };
  const job = {
    url: `${server.url}/completions`,
    in_flight: inFlight,
    max_turns: MAX_TURNS,
    opening: `${bos}[INST] ${buildInstructions(BUILT_IN_TOOLS)} [/INST]`,
    primer: `\nAssistant: ${ACTION_PRIMER}`,
    closing: OBJECT_CLOSING + ACTION_CLOSING,
    body: {
      model: server.model,
      max_tokens: maxTokens,
      ...{ ...sampling, repeat_penalty: sampling.repetition_penalty, top_k: -1, min_p: 0 },
      ...(server.isVllm && { add_special_tokens: false }),
      ...grammar,
    },
    queries,
  };
  const { first_error, ...result } = resultSchema.parse(
    JSON.parse(await runPython(python, JSON.stringify(job))),
  );
  if (first_error !== null) console.error(`script: ${first_error}`);
  return result;
}

async function runPython(python: string, input: string): Promise<string> {
  const child = spawn(python, [SCRIPT], { stdio: ["pipe", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (data: Buffer) => {
    output += data.toString("utf8");
  });
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0) throw new Error(`${SCRIPT} ended with ${code}.`);
  return output;
}
