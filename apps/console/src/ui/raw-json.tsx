import { useState } from "preact/hooks";
import { Text } from "./text.js";

interface RawJsonProps {
  readonly value: unknown;
  readonly title?: string;
}

/** The object behind a page as the API gives it, on demand. */
export function RawJson({ value, title = "Raw JSON" }: RawJsonProps) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>{title}</summary>
      {isOpen && <Text code text={JSON.stringify(value, undefined, 2)} />}
    </details>
  );
}
