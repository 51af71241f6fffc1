import { visibleText } from "@bullpen/base";
import type { WebhookEndpointView } from "@bullpen/client";
import { client } from "../../data/client.js";
import { useResource } from "../../data/use-resource.js";
import { Empty, Loaded, Page, Section } from "../../ui/page.js";
import { Id } from "../../ui/text.js";
import { AgoSeconds } from "../../ui/time.js";
import { Deliveries } from "./deliveries.js";
import { SendTest } from "./send-test.js";

/** The API keeps few endpoints; this page has them all. */
const MAX_ENDPOINTS = 100;

/** Addresses that are told when a batch has ended: each with its latest deliveries. */
export function WebhooksPage() {
  const endpoints = useResource("webhooks", (signal) =>
    client.webhookEndpoints.list({ limit: MAX_ENDPOINTS, signal }),
  );
  return (
    <Page title="Webhooks">
      <Loaded resource={endpoints}>
        {({ data }) =>
          data.length > 0 ? (
            data.map((endpoint) => <Endpoint key={endpoint.id} endpoint={endpoint} />)
          ) : (
            <Empty title="No endpoints.">
              One is told when a batch has ended. Make it with <code>POST /v1/webhook_endpoints</code>.
            </Empty>
          )
        }
      </Loaded>
    </Page>
  );
}

function Endpoint({ endpoint }: { readonly endpoint: WebhookEndpointView }) {
  const { id, name, url, event_types, bullpen } = endpoint;
  return (
    <Section title={visibleText(name === "" ? url : name)}>
      <div class="card form">
        <div class="subject">
          <Id value={id} />
          <bdi>{visibleText(url)}</bdi>
          <span class="muted">{event_types.join(", ")}</span>
          {bullpen.disabled_at !== null && (
            <span class="status bad">
              off since it answered 410 Gone, <AgoSeconds at={bullpen.disabled_at} />
            </span>
          )}
        </div>
        <SendTest id={id} />
        <Deliveries id={id} />
      </div>
    </Section>
  );
}
