import { errorMessage, visibleText } from "@bullpen/base";
import type { EventType } from "@bullpen/client";
import { useState } from "preact/hooks";
import { client } from "../../data/client.js";
import { useResource } from "../../data/use-resource.js";

/** What is sent where nothing is chosen. */
const TEST_EVENT: EventType = "webhook.test";

/** Sends an event to an endpoint, and tells what it answers. */
export function SendTest({ id }: { readonly id: string }) {
  const known = useResource("webhook event types", (signal) =>
    client.webhookEndpoints.eventTypes({ signal }),
  );
  const [eventType, setEventType] = useState(TEST_EVENT);
  const [outcome, setOutcome] = useState<{ text: string; isGood: boolean }>();
  const [isSending, setIsSending] = useState(false);
  const send = async () => {
    setIsSending(true);
    setOutcome(undefined);
    try {
      const { success, status_code: status } = await client.webhookEndpoints.test(id, { eventType });
      setOutcome({ text: `It answered ${status}.`, isGood: success });
    } catch (error) {
      setOutcome({ text: errorMessage(error), isGood: false });
    } finally {
      setIsSending(false);
    }
  };
  const types: readonly EventType[] = [TEST_EVENT, ...(known.data ?? [])];
  return (
    <div class="row">
      <select
        aria-label="Event of the test"
        value={eventType}
        onChange={({ currentTarget: { value } }) =>
          setEventType(types.find((type) => type === value) ?? TEST_EVENT)
        }
      >
        {types.map((type) => (
          <option key={type} value={type}>
            {type}
          </option>
        ))}
      </select>
      <button type="button" disabled={isSending} onClick={send}>
        Send a test
      </button>
      <span role="status" class={outcome ? `status ${outcome.isGood ? "good" : "bad"}` : ""}>
        {outcome && visibleText(outcome.text)}
      </span>
    </div>
  );
}
