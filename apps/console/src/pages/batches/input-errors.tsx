import type { BatchView } from "@bullpen/client";
import { Section } from "../../ui/page.js";
import { Table } from "../../ui/table.js";
import { Line } from "../../ui/text.js";

type InputError = NonNullable<BatchView["errors"]>["data"][number];

/** More rows help nobody. */
const SHOWN = 200;

/** Why the input file was not taken. */
export function InputErrors({ errors }: { readonly errors: readonly InputError[] }) {
  return (
    <Section
      title="The input file was not accepted"
      note={errors.length > SHOWN ? `The first ${SHOWN} of ${errors.length} errors` : "Nothing was run"}
    >
      <Table<InputError>
        label="Errors of the input file"
        rows={errors.slice(0, SHOWN)}
        keyOf={({ line, message }) => `${line} ${message}`}
        columns={[
          { name: "Line", kind: "number", cell: ({ line }) => line ?? "all" },
          { name: "Code", cell: ({ code }) => <code>{code}</code> },
          { name: "Message", kind: "wide", cell: ({ message }) => <Line text={message} /> },
        ]}
      />
    </Section>
  );
}
