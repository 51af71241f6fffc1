import { useState } from "preact/hooks";
import { client } from "../../data/client.js";

/** Sends an event to an endpoint, and tells what it answers. */
export function SendTest({ id }: { readonly id: string }) {
  const [outcome, setOutcome] = useState<{ text: string; isGood: boolean }>();
  const [isSending, setIsSending] = useState(false);
  const send = async () => {
    setIsSending(true);
    try {
      const { success, status_code: status } = await client.webhookEndpoints.test(id);
      setOutcome({ text: `It answered ${status}.`, isGood: success });
    } catch (error) {
      setOutcome({ text: error instanceof Error ? error.message : String(error), isGood: false });
    } finally {
      setIsSending(false);
    }
  };
  return (
    <div class="subject">
      <button type="button" class="small" disabled={isSending} onClick={send}>
        Send a test
      </button>
      <span role="status" class={outcome ? `status ${outcome.isGood ? "good" : "bad"}` : ""}>
        {outcome?.text}
      </span>
    </div>
  );
}
