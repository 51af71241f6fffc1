import { visibleText } from "@bullpen/base";
import type { ToolView } from "@bullpen/client";
import { formatCount } from "../../ui/format.js";
import { Text } from "../../ui/text.js";

/** A tool: when a model uses it, and what it takes. */
export function ToolCard({ tool }: { readonly tool: ToolView }) {
  const {
    id,
    description,
    input_schema: schema,
    prompt_tokens: tokens,
    offered_by_default: isDefault,
  } = tool;
  return (
    <details>
      <summary>
        <strong>{visibleText(id)}</strong>{" "}
        <span class="muted">
          {isDefault ? "offered by default" : "by name only"} · {formatCount(tokens)} tokens of each prompt
        </span>
      </summary>
      <Text text={description} />
      {schema === null ? (
        <p class="muted">It takes a text.</p>
      ) : (
        <Text code text={JSON.stringify(schema, undefined, 2)} />
      )}
    </details>
  );
}
