import type { ClientResult, FeatureResult } from "./run-program.js";

const HEAD = ["| Client | Version | Feature | With Bullpen |", "| --- | --- | --- | --- |"];

/** The rows of a client in the table: one for each of its features. */
function rowsOf({ client, packages, features }: ClientResult): string[] {
  const versions = Object.entries(packages).map(([name, version]) => `\`${name}\` ${version}`);
  return features.map(
    ({ feature, because }) => `| ${client} | ${versions.join(", ")} | ${feature} | ${because ?? "works"} |`,
  );
}

/**
 * The document with a table of these results, sorted by the names of the clients.
 *
 * @param keepOthers whether rows of clients that are not in the results stay.
 */
export function withTable(document: string, results: readonly ClientResult[], keepOthers: boolean): string {
  const lines = document.split("\n");
  const start = lines.findIndex((line) => line.startsWith("|"));
  if (start < 0) throw new Error("The document has no table: write its head first.");
  const end = start + lines.slice(start).findIndex((line) => !line.startsWith("|"));
  const hasRun = new Set(results.map(({ client }) => client));
  const others = lines
    .slice(start + HEAD.length, end)
    .filter((row) => keepOthers && !hasRun.has(clientOf(row)));
  const rows = [...others, ...results.flatMap(rowsOf)];
  // Sorting is stable: the features of a client stay in their order.
  rows.sort((a, b) => clientOf(a).localeCompare(clientOf(b), "en"));
  return [...lines.slice(0, start), ...HEAD, ...rows, ...lines.slice(end)].join("\n");
}

function clientOf(row: string): string {
  return row.split(" | ")[0]?.slice(2) ?? "";
}

/** What is wrong with a feature, if it does not do what the table says: it works, or it does not for the reason given. */
export function faultOf(
  { client }: ClientResult,
  { feature, error, because }: FeatureResult,
): string | undefined {
  if (because === null && error !== null) return `${client}: ${feature} fails:\n${error}`;
  if (because !== null && error === null) return `${client}: ${feature} works. Remove its reason: ${because}`;
  return undefined;
}
