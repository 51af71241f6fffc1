import { buildInstructions, parseAction, runAgent, type TranscriptLog } from "@bullpen/agent";
import {
  ACTION_CLOSING,
  ACTION_PRIMER,
  type AgentJob,
  agentJobSchema,
  BUILT_IN_TOOLS,
  type End,
  FINAL_ANSWER,
  type LanguageModel,
  type Step,
} from "@bullpen/contracts";
import type { BullpenEngine } from "../engine/bullpen-engine.js";
import type { LlamaServer } from "../harness/llama-server.js";
import { calculate } from "./arithmetic-queries.js";

/** What came of one query. */
interface AgentResult {
  readonly answer: string | undefined;
  readonly turns: number;
}

/** Answers a query with one tool at hand. `seed` fixes its draws. */
export type AnswerQuery = (query: string, seed: number) => Promise<AgentResult>;

export interface AgentLimits {
  readonly maxTurns: number;
  readonly maxTokensPerTurn: number;
}

/** Bullpen's own agent loop on its engine. */
export function bullpenAgent(engine: BullpenEngine, limits: AgentLimits): AnswerQuery {
  const model: Pick<LanguageModel, "complete"> = { complete: (request) => engine.complete(request) };
  return async (query, seed) => {
    const transcript = new TranscriptInMemory();
    const outcome = await runAgent(
      {
        id: `query-${seed}-${query}`,
        job: jobFor(query, seed, limits),
        toolbox: { tools: BUILT_IN_TOOLS, missing: [] },
        model: { ...model, name: "bench", slots: 1, contextTokens: 0, close: async () => {} },
        log: transcript,
        toolRunner: { run: async (call) => calculate(String(call.input)) },
        now: Date.now,
      },
      new AbortController().signal,
    );
    const answer = outcome !== "suspended" && outcome.status === "completed" ? outcome.answer : undefined;
    return { answer, turns: transcript.steps.length };
  };
}

/**
 * The loop as one would write it against llama-server: the same prompt with its primer, the grammar that
 * llama.cpp makes of the action's JSON schema, from behind the primer, and the server's prompt cache.
 */
export function scriptedAgent(server: LlamaServer, limits: AgentLimits): AnswerQuery {
  const instructions = buildInstructions(BUILT_IN_TOOLS);
  return async (query, seed) => {
    let prompt = `[INST] ${instructions} [/INST]\nUser: ${query}\nAssistant: ${ACTION_PRIMER}`;
    for (let turns = 1; turns <= limits.maxTurns; turns++) {
      const { content } = await server.complete({
        prompt,
        maxTokens: limits.maxTokensPerTurn,
        seed,
        grammar: SCHEMA_GRAMMAR,
      });
      const action = parseAction(content);
      if (action?.tool_name === FINAL_ANSWER) return { answer: String(action.input), turns };
      const { observation } = action ? calculate(String(action.input)) : CUT_OFF;
      prompt += `${content}${ACTION_CLOSING}\nTool Output: ${observation}\nAssistant: ${ACTION_PRIMER}`;
    }
    return { answer: undefined, turns: limits.maxTurns };
  };
}

const CUT_OFF = { observation: "Error: your reply was cut off because it was too long." };

/** As common/json-schema-to-grammar.cpp has it for {tool_name: one of three, input: string}, less `{"tool_name": `. */
const SCHEMA_GRAMMAR = String.raw`
char ::= [^"\\\x7F\x00-\x1F] | [\\] (["\\bfnrt] | "u" [0-9a-fA-F]{4})
space ::= | " " | "\n"{1,2} [ \t]{0,20}
string ::= "\"" char* "\"" space
tool-name ::= ("\"Calculator\"" | "\"Search\"" | "\"Final Answer\"") space
input-kv ::= "\"input\"" space ":" space string
root ::= tool-name "," space input-kv "}"
`;

function jobFor(query: string, seed: number, { maxTurns, maxTokensPerTurn }: AgentLimits): AgentJob {
  return agentJobSchema.parse({
    model: "bench",
    query,
    tools: BUILT_IN_TOOLS.map(({ name }) => name),
    sampling: { seed },
    limits: { max_steps: maxTurns, max_tokens: maxTokensPerTurn, on_limit: "fail" },
    // The script that it is compared with has none.
    guards: { repeats: false, failures: false },
  });
}

class TranscriptInMemory implements TranscriptLog {
  readonly steps: Step[] = [];
  readonly end: End | undefined = undefined;

  async read() {
    return { steps: this.steps, end: this.end };
  }

  async recordTurn(step: number, turn: Step["turn"]): Promise<void> {
    this.steps[step] = { turn, observation: undefined };
  }

  async recordObservation(step: number, observation: NonNullable<Step["observation"]>): Promise<void> {
    const recorded = this.steps[step];
    if (recorded) this.steps[step] = { ...recorded, observation };
  }
}
