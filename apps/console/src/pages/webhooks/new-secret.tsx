import type { WebhookEndpointWithSecret } from "@bullpen/client";
import { Id } from "../../ui/text.js";

interface NewSecretProps {
  readonly endpoint: WebhookEndpointWithSecret;
  readonly onClose: () => void;
}

/** The signing secret of an endpoint, which the server shows this once. */
export function NewSecret({ endpoint, onClose }: NewSecretProps) {
  return (
    <div class="card form made" role="status">
      <strong>Copy this signing secret now. It is not shown again.</strong>
      <Id value={endpoint.signing_secret} />
      <div class="row">
        <span class="muted">Of {endpoint.id}. What is sent to it is signed with this secret.</span>
        <button type="button" class="small" onClick={onClose}>
          I have copied it
        </button>
      </div>
    </div>
  );
}
