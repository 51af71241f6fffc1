import type { ApiKeyView, ApiKeyWithSecret } from "@bullpen/client";
import { client } from "../../data/client.js";
import { Confirm } from "../../ui/confirm.js";
import { Section } from "../../ui/page.js";
import { Status } from "../../ui/status.js";
import { type Column, Table } from "../../ui/table.js";
import { Line } from "../../ui/text.js";
import { AgoSeconds } from "../../ui/time.js";

interface KeyTableProps {
  readonly keys: readonly ApiKeyView[];
  readonly onReplaced: (key: ApiKeyWithSecret) => void;
  readonly onRevoked: () => void;
}

/** Keys that work, with what can be done to them; below, those that have ended. */
export function KeyTable({ keys, onReplaced, onRevoked }: KeyTableProps) {
  const active = keys.filter(({ status }) => status === "active");
  const ended = keys.filter(({ status }) => status !== "active");
  const actions: Column<ApiKeyView> = {
    name: "Actions",
    cell: (key) => (
      <div class="actions">
        <Confirm
          isSmall
          name="Rotate"
          text={`A new key takes the place of ${key.id}, which still works for an hour.`}
          act={async () => onReplaced(await client.apiKeys.rotate(key.id))}
        />
        <Confirm
          isSmall
          name="Revoke"
          text={`Within seconds nobody can use ${key.id} any more. What it has submitted goes on.`}
          act={async () => {
            await client.apiKeys.revoke(key.id);
            onRevoked();
          }}
        />
      </div>
    ),
  };
  return (
    <>
      <Section title="Keys that work">
        <Table label="Keys that work" columns={[...COLUMNS, actions]} rows={active} keyOf={({ id }) => id} />
      </Section>
      {ended.length > 0 && (
        <Section title="Keys that have ended">
          <Table label="Keys that have ended" columns={COLUMNS} rows={ended} keyOf={({ id }) => id} />
        </Section>
      )}
    </>
  );
}

const COLUMNS: readonly Column<ApiKeyView>[] = [
  {
    name: "Key",
    kind: "wide",
    cell: ({ id, name }) => (
      <>
        {name !== "" && (
          <>
            <Line text={name} />
            <br />
          </>
        )}
        <code>bp_{id}_…</code>
      </>
    ),
  },
  { name: "Tenant", cell: ({ tenant }) => tenant, optional: true },
  { name: "Role", cell: ({ role }) => role },
  { name: "Status", cell: ({ status }) => <Status value={status} />, optional: true },
  { name: "Ends", cell: (key) => <End of={key} />, optional: true },
  { name: "Last used", cell: ({ last_used_at: at }) => <AgoSeconds at={at} />, optional: true },
  { name: "Created", cell: ({ created_at: at }) => <AgoSeconds at={at} />, optional: true },
];

/** When a key ends or has ended: the earlier of its end and its revocation. */
function End({ of: { expires_at, revoked_at } }: { readonly of: ApiKeyView }) {
  const ends = [expires_at, revoked_at].filter((at) => at !== null);
  if (ends.length === 0) return <span class="muted">never</span>;
  const date = new Date(Math.min(...ends) * 1_000);
  return (
    <time dateTime={date.toISOString()} title={date.toLocaleString()}>
      {date.toISOString().slice(0, 10)}
    </time>
  );
}
