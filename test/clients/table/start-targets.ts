import { ModelRegistry } from "@bullpen/queue";
import { z } from "zod";
import { startBatchHarness } from "../../testing/batch-harness.js";
import { startTestStack } from "../../testing/stack.js";
import { until } from "../../testing/until.js";
import { sayWhatIsQuoted } from "./scripted-answers.js";

const modelsSchema = z.object({ data: z.array(z.object({ id: z.string() })) });

/** What the clients talk to. */
export interface Targets {
  /** Where they are, as the programs take it. */
  readonly env: Readonly<Record<"SCRIPTED_URL" | "DEMO_URL" | "DEMO_MODEL", string>>;
  stop(): Promise<void>;
}

/**
 * The whole of Bullpen with its demo model; and, where a client needs an answer that the demo model is not trained to
 * write, such as a call of the client's own tool, Bullpen with a scripted model.
 */
export async function startTargets(): Promise<Targets> {
  const [stack, scripted] = await Promise.all([
    startTestStack(),
    startBatchHarness({ script: sayWhatIsQuoted }),
  ]);
  const registry = new ModelRegistry(scripted.agents.redis.connection);
  const unregister = await registry.keepRegistered({ name: "scripted", context_tokens: 4_096 });
  const model = await until("the demo model is served", async () => {
    const answer: unknown = await (await fetch(`${stack.apiUrl}/v1/models`)).json();
    return modelsSchema.parse(answer).data[0]?.id;
  });
  return {
    env: { SCRIPTED_URL: scripted.api.url, DEMO_URL: stack.apiUrl, DEMO_MODEL: model },
    stop: async () => {
      await unregister();
      await Promise.all([stack.stop(), scripted.stop()]);
    },
  };
}
