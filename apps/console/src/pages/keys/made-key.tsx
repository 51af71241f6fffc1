import type { ApiKeyWithSecret } from "@bullpen/client";
import { Id } from "../../ui/text.js";

interface MadeKeyProps {
  readonly made: ApiKeyWithSecret;
  readonly onClose: () => void;
}

/** A key that was just made, which the server shows this once. */
export function MadeKey({ made, onClose }: MadeKeyProps) {
  return (
    <div class="card form made" role="status">
      <strong>Copy this key now. It is not shown again.</strong>
      <Id value={made.key} />
      <div class="row">
        <span class="muted">
          {made.role} · {made.tenant}
        </span>
        <button type="button" class="small" onClick={onClose}>
          I have copied it
        </button>
      </div>
    </div>
  );
}
