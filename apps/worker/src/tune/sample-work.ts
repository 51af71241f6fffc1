import { runAgent } from "@bullpen/agent";
import {
  type AgentJob,
  agentJobSchema,
  BUILT_IN_TOOLS,
  type LanguageModel,
  type Observation,
  type Step,
  type Turn,
} from "@bullpen/contracts";

/** Questions of the kinds that agents get: arithmetic, facts, and neither. */
const QUERIES = [
  "What is 4,718 plus 2,964?",
  "Who is the current prime minister of the United Kingdom?",
  "How much is an 18% tip on a bill of $64.50?",
  "What is the height of the Eiffel Tower in feet?",
  "If I buy 85 boxes with 9443 screws each, how many screws do I have?",
  "Convert 26.2 miles to kilometres.",
  "When was the first railway line opened, and how many years ago was that?",
  "Thank you, that was helpful!",
] as const;

/** As long as the text of search results mostly is. */
const OBSERVATION = "The work was begun in 1887 and finished two years later, after some delay. ".repeat(12);

/** An agent that takes a few turns is like most; one that never ends says nothing about speed. */
const LIMITS = { max_steps: 3, max_tokens: 128 };

/** Takes one sample query from its beginning to its end, tools answering at once. */
export async function runSampleQuery(
  model: LanguageModel,
  index: number,
  signal: AbortSignal,
): Promise<void> {
  const steps: { turn: Turn; observation: Observation | undefined }[] = [];
  await runAgent(
    {
      id: `sample-${index}`,
      job: sampleJob(model.name, index),
      toolbox: { tools: BUILT_IN_TOOLS, missing: [] },
      model,
      log: {
        read: async () => ({ steps: steps as readonly Step[], end: undefined }),
        recordTurn: async (_step, turn) => void steps.push({ turn, observation: undefined }),
        recordObservation: async (step, observation) => {
          const recorded = steps[step];
          if (recorded) recorded.observation = observation;
        },
      },
      toolRunner: {
        run: async () => ({ observation: OBSERVATION, is_error: false, duration_ms: 0 }),
      },
      now: Date.now,
    },
    signal,
  );
}

function sampleJob(model: string, index: number): AgentJob {
  return agentJobSchema.parse({
    model,
    query: `${QUERIES[index % QUERIES.length]} (${index})`,
    tools: BUILT_IN_TOOLS.map((tool) => tool.name),
    sampling: {},
    limits: LIMITS,
  });
}
