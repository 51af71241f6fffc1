import { visibleText } from "@bullpen/base";
import type { QueryView } from "@bullpen/client";
import { Text } from "../../ui/text.js";

type Step = QueryView["steps"][number];

const GUARDS: Readonly<Record<string, string>> = {
  repeated: "The call was made before: its recorded result came back.",
  closed:
    "The call was made before: its recorded result came back, and the next turn could not call the tool.",
  stopped: "After this call the next turn had to be the answer.",
};

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
      {guard && <p class="muted">{GUARDS[guard] ?? guard}</p>}
    </div>
  );
}
