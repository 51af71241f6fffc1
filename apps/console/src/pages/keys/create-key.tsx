import type { ApiKeyView, ApiKeyWithSecret } from "@bullpen/client";
import type { TargetedSubmitEvent } from "preact";
import { useState } from "preact/hooks";
import { client } from "../../data/client.js";
import { useTenant } from "../../shell/session-context.js";
import { Problem } from "../../ui/problem.js";
import { useAction } from "../../ui/use-action.js";

const ROLES: readonly ApiKeyView["role"][] = ["read", "submit", "operate", "admin"];

const DAY_SECONDS = 86_400;
const ENDS = [
  { name: "in 30 days", days: 30 },
  { name: "in 90 days", days: 90 },
  { name: "in a year", days: 365 },
  { name: "never", days: undefined },
] as const;

/** Makes a key for somebody. */
export function CreateKey({ onMade }: { readonly onMade: (key: ApiKeyWithSecret) => void }) {
  const [name, setName] = useState("");
  const [tenant, setTenant] = useState(useTenant());
  const [role, setRole] = useState<ApiKeyView["role"]>("submit");
  const [end, setEnd] = useState(1);
  const { problem, isActing, run } = useAction();
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const days = ENDS[end]?.days;
    const expires =
      days === undefined ? {} : { expires_at: Math.floor(Date.now() / 1_000) + days * DAY_SECONDS };
    await run(async () => {
      onMade(await client.apiKeys.create({ name, tenant, role, ...expires }));
      setName("");
    });
  };
  return (
    <form class="card form" onSubmit={submit}>
      <div class="row">
        <label>
          What for
          <input maxLength={200} value={name} onInput={(event) => setName(event.currentTarget.value)} />
        </label>
        <label>
          Tenant
          <input
            required
            maxLength={40}
            value={tenant}
            onInput={(event) => setTenant(event.currentTarget.value)}
          />
        </label>
        <label>
          Role
          <select
            value={role}
            onChange={({ currentTarget: { value } }) =>
              setRole(ROLES.find((known) => known === value) ?? "submit")
            }
          >
            {ROLES.map((known) => (
              <option key={known} value={known}>
                {known}
              </option>
            ))}
          </select>
        </label>
        <label>
          Ends
          <select value={String(end)} onChange={(event) => setEnd(Number(event.currentTarget.value))}>
            {ENDS.map(({ name: when }, i) => (
              <option key={when} value={String(i)}>
                {when}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" class="primary" disabled={isActing}>
          Create
        </button>
      </div>
      <Problem text={problem} />
    </form>
  );
}
