import type { WebhookEndpointWithSecret } from "@bullpen/client";
import { useState } from "preact/hooks";
import { client } from "../../data/client.js";
import { useResource } from "../../data/use-resource.js";
import { Empty, Loaded, Page, Section } from "../../ui/page.js";
import { ShownOnce } from "../../ui/shown-once.js";
import { Endpoint } from "./endpoint.js";
import { EndpointForm } from "./endpoint-form.js";

/** The API keeps few endpoints; this page has them all. */
const MAX_ENDPOINTS = 100;
/** An answer of 410 disables an endpoint while somebody watches, in milliseconds. */
const POLL_MS = 10_000;

/** Addresses that are told when a batch has ended: each with its latest deliveries. */
export function WebhooksPage() {
  const [fresh, setFresh] = useState<WebhookEndpointWithSecret>();
  const endpoints = useResource(
    "webhooks",
    (signal) => client.webhookEndpoints.list({ limit: MAX_ENDPOINTS, signal }),
    { pollMs: () => POLL_MS },
  );
  const keep = (endpoint: WebhookEndpointWithSecret) => {
    setFresh(endpoint);
    endpoints.reload();
  };
  return (
    <Page title="Webhooks">
      {fresh && (
        <ShownOnce what="signing secret" value={fresh.signing_secret} onClose={() => setFresh(undefined)}>
          Of {fresh.id}. What is sent to it is signed with this secret.
        </ShownOnce>
      )}
      <Loaded resource={endpoints}>
        {({ data }) =>
          data.length > 0 ? (
            data.map((endpoint) => (
              <Endpoint key={endpoint.id} endpoint={endpoint} onChange={endpoints.reload} onSecret={keep} />
            ))
          ) : (
            <Empty title="No endpoints.">One is told when a batch has ended. Create it below.</Empty>
          )
        }
      </Loaded>
      <Section title="A new endpoint">
        <div class="card">
          <EndpointForm
            start={{ url: "", name: "", event_types: undefined }}
            action="Create"
            save={async (fields) => keep(await client.webhookEndpoints.create(fields))}
          />
        </div>
      </Section>
    </Page>
  );
}
