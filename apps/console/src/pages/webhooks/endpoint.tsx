import { visibleText } from "@bullpen/base";
import type { WebhookEndpointView, WebhookEndpointWithSecret } from "@bullpen/client";
import { useState } from "preact/hooks";
import { client } from "../../data/client.js";
import { ActionButton } from "../../ui/action-button.js";
import { Confirm } from "../../ui/confirm.js";
import { Section } from "../../ui/page.js";
import { Id } from "../../ui/text.js";
import { AgoSeconds } from "../../ui/time.js";
import { Deliveries } from "./deliveries.js";
import { EndpointForm } from "./endpoint-form.js";
import { RotateSecret } from "./rotate-secret.js";
import { SendTest } from "./send-test.js";

interface EndpointProps {
  readonly endpoint: WebhookEndpointView;
  readonly onChange: () => void;
  readonly onSecret: (endpoint: WebhookEndpointWithSecret) => void;
}

/** One endpoint: what it is, what can be done with it, and what was sent to it. */
export function Endpoint({ endpoint, onChange, onSecret }: EndpointProps) {
  const [isEdited, setIsEdited] = useState(false);
  const { id, name, url, event_types, bullpen, signing_secret_hint: hint } = endpoint;
  return (
    <Section title={visibleText(name === "" ? url : name)}>
      <div class="card form">
        <div class="subject">
          <Id value={id} />
          <bdi>{visibleText(url)}</bdi>
          <span class="muted">{event_types.join(", ")}</span>
          <code class="muted">{hint}</code>
          <Disabled bullpen={bullpen} />
        </div>
        {isEdited ? (
          <EndpointForm
            start={{ url, name, event_types }}
            action="Save"
            onClose={() => setIsEdited(false)}
            save={async (fields) => {
              // A disabled endpoint stays so: its owner enables it by a button of its own.
              const disabled = bullpen.disabled_at !== null && { bullpen: { disabled: true } };
              await client.webhookEndpoints.update(id, { ...fields, ...disabled });
              setIsEdited(false);
              onChange();
            }}
          />
        ) : (
          <Controls
            endpoint={endpoint}
            onEdit={() => setIsEdited(true)}
            onChange={onChange}
            onSecret={onSecret}
          />
        )}
        <SendTest id={id} />
        <Deliveries id={id} />
      </div>
    </Section>
  );
}

function Disabled({
  bullpen: { disabled_at: at, disabled_reason: reason },
}: Pick<WebhookEndpointView, "bullpen">) {
  if (at === null) return <span class="status good">enabled</span>;
  return (
    <span class="status bad">
      <span>
        disabled {reason === "gone" && "since it answered 410 Gone, "}
        <AgoSeconds at={at} />
      </span>
    </span>
  );
}

function Controls({
  endpoint: { id, bullpen },
  onEdit,
  onChange,
  onSecret,
}: EndpointProps & { onEdit: () => void }) {
  const isDisabled = bullpen.disabled_at !== null;
  const change = async (act: Promise<unknown>) => {
    await act;
    onChange();
  };
  return (
    <div class="row">
      <button type="button" class="small" onClick={onEdit}>
        Edit
      </button>
      <ActionButton
        isSmall
        name={isDisabled ? "Enable" : "Disable"}
        act={() => change(client.webhookEndpoints.update(id, { bullpen: { disabled: !isDisabled } }))}
      />
      <RotateSecret id={id} onRotated={onSecret} />
      <Confirm
        isSmall
        name="Delete"
        text={`Nothing more is sent to ${id}, and its delivery log is deleted.`}
        act={() => change(client.webhookEndpoints.delete(id))}
      />
    </div>
  );
}
