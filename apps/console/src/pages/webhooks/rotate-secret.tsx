import type { WebhookEndpointWithSecret } from "@bullpen/client";
import { useRef, useState } from "preact/hooks";
import { client } from "../../data/client.js";
import { ActionButton } from "../../ui/action-button.js";

interface RotateSecretProps {
  readonly id: string;
  readonly onRotated: (endpoint: WebhookEndpointWithSecret) => void;
}

/** Gives an endpoint a new signing secret; the old one may sign as well for a day. */
export function RotateSecret({ id, onRotated }: RotateSecretProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [keepsOld, setKeepsOld] = useState(true);
  const rotate = async () => {
    onRotated(await client.webhookEndpoints.rotateSecret(id, { keepOldSecretFor24Hours: keepsOld }));
    dialog.current?.close();
  };
  return (
    <>
      <button type="button" class="small" onClick={() => dialog.current?.showModal()}>
        Rotate secret
      </button>
      <dialog ref={dialog} aria-label="Rotate secret">
        <h2>Rotate secret?</h2>
        <p>A new secret signs what is sent to {id} from now on.</p>
        <label class="check">
          <input
            type="checkbox"
            checked={keepsOld}
            onChange={(event) => setKeepsOld(event.currentTarget.checked)}
          />
          The old secret signs as well for another day
        </label>
        <div class="actions">
          <ActionButton name="Rotate secret" act={rotate} />
          <button type="button" onClick={() => dialog.current?.close()}>
            Back
          </button>
        </div>
      </dialog>
    </>
  );
}
