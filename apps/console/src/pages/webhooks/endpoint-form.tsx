import type { WebhookEndpointView } from "@bullpen/client";
import type { TargetedSubmitEvent } from "preact";
import { useState } from "preact/hooks";
import { client } from "../../data/client.js";
import { useResource } from "../../data/use-resource.js";
import { Problem } from "../../ui/problem.js";
import { useAction } from "../../ui/use-action.js";

type EventTypes = WebhookEndpointView["event_types"];

/** What an endpoint is. */
interface EndpointFields {
  readonly url: string;
  readonly name: string;
  readonly event_types: EventTypes;
}

interface EndpointFormProps {
  /** What the form begins with. Default of the event types: the ends of batches. */
  readonly start: Pick<EndpointFields, "url" | "name"> & { readonly event_types: EventTypes | undefined };
  /** What its button says. */
  readonly action: string;
  readonly save: (fields: EndpointFields) => Promise<unknown>;
  /** Default: the form cannot be left. */
  readonly onClose?: () => void;
}

/** Address, name and event types of an endpoint. */
export function EndpointForm({ start, action, save, onClose }: EndpointFormProps) {
  const known = useResource("webhook event types", (signal) =>
    client.webhookEndpoints.eventTypes({ signal }),
  );
  const [url, setUrl] = useState(start.url);
  const [name, setName] = useState(start.name);
  const [types, setTypes] = useState(start.event_types);
  const { problem, isActing, run } = useAction();
  const offered = known.data ?? [];
  const chosen = types ?? offered.filter((type) => type.startsWith("batch."));
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    await run(async () => {
      await save({ url: url.trim(), name, event_types: [...chosen] });
      setUrl(start.url);
      setName(start.name);
      setTypes(start.event_types);
    });
  };
  return (
    <form class="form" onSubmit={submit}>
      <div class="fields wide">
        <label>
          URL
          <input
            type="url"
            required
            placeholder="https://example.com/hooks"
            maxLength={2_048}
            value={url}
            onInput={(event) => setUrl(event.currentTarget.value)}
          />
        </label>
        <label>
          Name
          <input maxLength={256} value={name} onInput={(event) => setName(event.currentTarget.value)} />
        </label>
      </div>
      <EventBoxes offered={offered} chosen={chosen} onChange={setTypes} />
      <Problem text={problem ?? known.error?.message} />
      <div class="row">
        <button type="submit" class="primary" disabled={isActing || chosen.length === 0}>
          {action}
        </button>
        {onClose && (
          <button type="button" onClick={onClose}>
            Back
          </button>
        )}
      </div>
    </form>
  );
}

interface EventBoxesProps {
  readonly offered: readonly EventTypes[number][];
  readonly chosen: readonly EventTypes[number][];
  readonly onChange: (types: EventTypes) => void;
}

function EventBoxes({ offered, chosen, onChange }: EventBoxesProps) {
  return (
    <fieldset class="row">
      <legend>Events</legend>
      {offered.map((type) => (
        <label key={type} class="check">
          <input
            type="checkbox"
            checked={chosen.includes(type)}
            onChange={({ currentTarget: { checked } }) =>
              onChange(checked ? [...chosen, type] : chosen.filter((other) => other !== type))
            }
          />
          <code>{type}</code>
        </label>
      ))}
    </fieldset>
  );
}
