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
            <Group key={group.code} id={id} group={group} />
          ))}
        </div>
      )}
    </Loaded>
  );
}

interface GroupProps {
  readonly id: string;
  readonly group: BatchFailures["codes"][number];
}

function Group({ id, group: { code, count, examples } }: GroupProps) {
  return (
    <details>
      <summary>
        <code>{code}</code>
        <span class="count">{formatCount(count)}</span>
        <span class="muted">{examples[0] && <Line text={examples[0].message} />}</span>
      </summary>
      <ul>
        {examples.map(({ line, custom_id, message }) => (
          <li key={line}>
            <Link to={`/batches/${id}/lines/${line}`}>Line {formatCount(line)}</Link>
            <Line text={custom_id} />
            <span class="muted">
              <Line text={message} />
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
