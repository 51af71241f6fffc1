import { visibleText } from "@bullpen/base";
import type { QueryView } from "@bullpen/client";
import { Text } from "../../ui/text.js";
import { GUARDS } from "./guards.js";

type Step = QueryView["steps"][number];

/** The tool calls of a query, in order. */
export function Steps({ steps }: { readonly steps: readonly Step[] }) {
  return (
    <ol class="steps">
      {steps.map((step, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: steps have no other name, and none ever moves
        <li key={index}>
          <StepCard step={step} />
        </li>
      ))}
    </ol>
  );
}

function StepCard({ step: { tool_name, input, observation, is_error, guard } }: { readonly step: Step }) {
  return (
    <div class="step">
      <h3>
        <bdi>{visibleText(tool_name)}</bdi>
        {is_error && <span class="status bad">error</span>}
        {observation === null && <span class="status waiting">waiting</span>}
      </h3>
      <Text code text={typeof input === "string" ? input : JSON.stringify(input, undefined, 2)} />
      {observation !== null && (
        <div class={is_error ? "observation bad" : "observation"}>
          <Text text={observation} />
        </div>
      )}
      {guard && <p class="muted">{GUARDS[guard]}</p>}
    </div>
  );
}
