import { BUILT_IN_TOOLS } from "@bullpen/contracts";

/** Under this label are the tools that belong to no other one. */
export const OWN_LABEL = "bullpen";

const BUILT_IN = new Set(BUILT_IN_TOOLS.map(({ name }) => name));

/** A tool as an item of a response names it. */
interface LabelledTool {
  readonly label: string;
  /** Without the label. */
  readonly name: string;
}

/** The name of a tool: that of an MCP server has the server's name before it. */
export function fullToolName(label: string, name: string): string {
  return label === OWN_LABEL ? name : `${label}.${name}`;
}

/** The tools under a label: those of the MCP server of that name, or for `bullpen` all that are not built in. */
export function toolsUnder(label: string, known: readonly string[]): string[] {
  const ofServer = known.filter((name) => name.startsWith(`${label}.`));
  if (ofServer.length > 0 || label !== OWN_LABEL) return ofServer;
  return known.filter((name) => !BUILT_IN.has(name));
}

/**
 * The label of a tool, and its name without it.
 *
 * @param listed the labels that the request lists, with the names of their tools.
 */
export function labelOf(
  name: string,
  listed: readonly { readonly label: string; readonly tools: readonly string[] }[] = [],
): LabelledTool {
  const dot = name.indexOf(".");
  const label =
    listed.find(({ tools }) => tools.includes(name))?.label ?? (dot > 0 ? name.slice(0, dot) : OWN_LABEL);
  return {
    label,
    name: label === OWN_LABEL || !name.startsWith(`${label}.`) ? name : name.slice(label.length + 1),
  };
}

/** All labels that a request may list. */
export function labelsOf(known: readonly string[]): string[] {
  return [...new Set(known.filter((name) => !BUILT_IN.has(name)).map((name) => labelOf(name).label))];
}
