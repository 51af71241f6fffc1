import type { ApiKeyWithSecret } from "@bullpen/client";
import { useState } from "preact/hooks";
import { client } from "../../data/client.js";
import { useResource } from "../../data/use-resource.js";
import { useMay } from "../../shell/session-context.js";
import { Empty, Loaded, Page, Section } from "../../ui/page.js";
import { ShownOnce } from "../../ui/shown-once.js";
import { CreateKey } from "./create-key.js";
import { KeyTable } from "./key-table.js";

/** Last uses are noted to the minute. */
const POLL_MS = 30_000;

/** The keys of all tenants: who may do what, until when, and when each was last used. */
export function KeysPage() {
  if (useMay("admin")) return <Keys />;
  return (
    <Page title="Keys">
      <Empty title="Only a key of the role admin sees keys.">Ask the operator for one.</Empty>
    </Page>
  );
}

function Keys() {
  const [made, setMade] = useState<ApiKeyWithSecret>();
  const keys = useResource("keys", (signal) => client.apiKeys.list({ signal }), { pollMs: () => POLL_MS });
  const show = (key: ApiKeyWithSecret) => {
    setMade(key);
    keys.reload();
    scrollTo(0, 0);
  };
  return (
    <Page title="Keys">
      {made && (
        <ShownOnce key={made.id} what="key" value={made.key} onClose={() => setMade(undefined)}>
          {made.role} · {made.tenant}
        </ShownOnce>
      )}
      <Loaded resource={keys}>
        {(data) =>
          data.length > 0 ? (
            <>
              <Section title="New key">
                <CreateKey onMade={show} />
              </Section>
              <KeyTable keys={data} onReplaced={show} onRevoked={keys.reload} />
            </>
          ) : (
            <Empty title="No keys: everybody who reaches this server may do everything.">
              The first key is made where the server's data is:{" "}
              <code>npx bullpen keys create --role admin</code>
            </Empty>
          )
        }
      </Loaded>
    </Page>
  );
}
