import { useState } from "preact/hooks";
import { client } from "../../data/client.js";
import { useResource } from "../../data/use-resource.js";
import { Loaded } from "../../ui/page.js";
import { Text } from "../../ui/text.js";

interface ExactPromptProps {
  readonly queryId: string;
  /** Of the turn, from 0. */
  readonly index: number;
}

/** What the model read for a turn, message by message. It is asked for when somebody opens it: it may be long. */
export function ExactPrompt(props: ExactPromptProps) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details class="quiet" onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>Exact prompt</summary>
      {isOpen && <Messages {...props} />}
    </details>
  );
}

function Messages({ queryId, index }: ExactPromptProps) {
  const prompt = useResource(`prompt ${queryId} ${index}`, async (signal) => {
    const { turns } = await client.queries.transcript(queryId, { prompt: true, signal });
    return turns[index]?.prompt ?? null;
  });
  return (
    <Loaded resource={prompt}>
      {(known) =>
        known === null ? (
          <p class="muted">The prompt of this turn is not known any more.</p>
        ) : (
          <div class="messages">
            {known.messages.map(({ role, content }, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: messages have no other name, and none ever moves
              <div key={i}>
                <h4>{role}</h4>
                <Text code text={content} />
              </div>
            ))}
            {known.primer !== "" && (
              <div>
                <h4>The reply begins with</h4>
                <Text code text={known.primer} />
              </div>
            )}
          </div>
        )
      }
    </Loaded>
  );
}
