import { type BatchFailures, type BatchView, isTerminal } from "@bullpen/client";
import { client } from "../../data/client.js";
import { useResource } from "../../data/use-resource.js";
import { Link } from "../../routing/router.js";
import { formatCount } from "../../ui/format.js";
import { Loaded } from "../../ui/page.js";
import { Line } from "../../ui/text.js";

const POLL_MS = 5_000;

/** Failed lines by their error's code, with examples. */
export function Failures({ batch: { id, status } }: { readonly batch: BatchView }) {
  const failures = useResource(
    `failures ${id} ${isTerminal(status)}`,
    (signal) => client.batches.failures(id, { signal }),
    { pollMs: () => (isTerminal(status) ? undefined : POLL_MS) },
  );
  return (
    <Loaded resource={failures}>
      {({ codes }) => (
        <div class="groups">
          {codes.map((group) => (
            <Group key={group.code} group={group} />
          ))}
        </div>
      )}
    </Loaded>
  );
}

function Group({ group: { code, count, examples } }: { readonly group: BatchFailures["codes"][number] }) {
  return (
    <details>
      <summary>
        <code>{code}</code>
        <span class="count">{formatCount(count)}</span>
        <span class="muted">{examples[0] && <Line text={examples[0].message} />}</span>
      </summary>
      <ul>
        {examples.map(({ custom_id, query_id, message }) => (
          <li key={custom_id}>
            <Line text={custom_id} />
            <span class="muted">
              <Line text={message} />
            </span>
            {query_id !== null && <Link to={`/queries/${query_id}`}>Open the query</Link>}
          </li>
        ))}
      </ul>
    </details>
  );
}
