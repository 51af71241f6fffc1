import { useState } from "preact/hooks";
import { Text } from "./text.js";

/** The object behind a page as the API gives it, on demand. */
export function RawJson({ value }: { readonly value: unknown }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>Raw JSON</summary>
      {isOpen && <Text code text={JSON.stringify(value, undefined, 2)} />}
    </details>
  );
}
