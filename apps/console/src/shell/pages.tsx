import type { VNode } from "preact";
import { OverviewPage } from "../pages/overview/overview-page.js";
import type { Place } from "../routing/router.js";
import { Link } from "../routing/router.js";
import { Empty, Page } from "../ui/page.js";

/** Pages by the form of their path; the first that fits. A group is the id that the path holds. */
const ROUTES: readonly (readonly [form: RegExp, page: (id: string, place: Place) => VNode])[] = [
  [/^\/$/, () => <OverviewPage />],
];

export function pageOf(place: Place): VNode {
  for (const [form, page] of ROUTES) {
    const found = form.exec(place.path);
    if (found) return page(decoded(found[1] ?? ""), place);
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
