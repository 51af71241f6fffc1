import type { ComponentChildren } from "preact";
import { Id } from "./text.js";

interface ShownOnceProps {
  /** Such as `key`. */
  readonly what: string;
  readonly value: string;
  /** What it is of. */
  readonly children: ComponentChildren;
  readonly onClose: () => void;
}

/** A secret that the server shows this once. */
export function ShownOnce({ what, value, children, onClose }: ShownOnceProps) {
  return (
    <div class="card form made" role="status">
      <strong>Copy this {what} now. It is not shown again.</strong>
      <Id value={value} />
      <div class="row">
        <span class="muted">{children}</span>
        <button type="button" class="small" onClick={onClose}>
          I have copied it
        </button>
      </div>
    </div>
  );
}
