import type { VNode } from "preact";
import { BatchPage } from "../pages/batches/batch-page.js";
import { BatchesPage } from "../pages/batches/batches-page.js";
import { LinePage } from "../pages/batches/line-page.js";
import { KeysPage } from "../pages/keys/keys-page.js";
import { ModelsPage } from "../pages/models/models-page.js";
import { OverviewPage } from "../pages/overview/overview-page.js";
import { QueriesPage } from "../pages/queries/queries-page.js";
import { QueryPage } from "../pages/queries/query-page.js";
import { SubmitPage } from "../pages/submit/submit-page.js";
import { UsagePage } from "../pages/usage/usage-page.js";
import { WebhooksPage } from "../pages/webhooks/webhooks-page.js";
import type { Place } from "../routing/router.js";
import { Link } from "../routing/router.js";
import { Empty, Page } from "../ui/page.js";

/** Pages by the form of their path; the first that fits. Groups are the id and the line that the path holds. */
const ROUTES: readonly (readonly [form: RegExp, page: (id: string, place: Place, line: string) => VNode])[] =
  [
    [/^\/$/, (_id, place) => <OverviewPage place={place} />],
    [/^\/batches\/?$/, (_id, place) => <BatchesPage place={place} />],
    [/^\/batches\/([^/]+)$/, (id, place) => <BatchPage id={id} place={place} />],
    [
      /^\/batches\/([^/]+)\/lines\/(\d{1,9})$/,
      (id, _place, line) => <LinePage id={id} line={Number(line)} />,
    ],
    [/^\/queries\/?$/, (_id, place) => <QueriesPage place={place} />],
    [/^\/queries\/([^/]+)$/, (id) => <QueryPage id={id} />],
    [/^\/models$/, () => <ModelsPage />],
    [/^\/usage$/, (_id, place) => <UsagePage place={place} />],
    [/^\/keys$/, () => <KeysPage />],
    [/^\/webhooks$/, () => <WebhooksPage />],
    [/^\/submit$/, (_id, place) => <SubmitPage key={place.search.get("from")} place={place} />],
  ];

export function pageOf(place: Place): VNode {
  for (const [form, page] of ROUTES) {
    const found = form.exec(place.path);
    if (found) return page(decoded(found[1] ?? ""), place, found[2] ?? "");
  }
  return (
    <Page title="Not found">
      <Empty title="There is no such page.">
        Its address may be mistyped. <Link to="/">Go to the overview</Link>
      </Empty>
    </Page>
  );
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
