import { errorMessage } from "@bullpen/base";
import { readFileOf } from "@bullpen/runtime";

/** An environment variable in a text, in the forms that other clients accept. */
export type Environment = Readonly<Record<string, string | undefined>>;

const REFERENCE = /\$\{([^${}]*)\}/g;
const VARIABLE = /^(?:env:)?([A-Za-z_]\w*)(?::-(.*))?$/s;

/**
 * Replaces `${NAME}`, `${env:NAME}` and `${NAME:-default}` in the texts of a value, at any depth. The value of a
 * variable may be in the file that `NAME_FILE` names. Other forms, such as `${1}`, are kept.
 *
 * @param onFault called with the path of a text, such as `env.TOKEN`, and what is wrong with it
 */
export function expandVariables(
  value: unknown,
  environment: Environment,
  onFault: (place: string, fault: string) => void,
  place = "",
): unknown {
  if (typeof value === "string") return expandText(value, environment, (fault) => onFault(place, fault));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, item]) => {
    const at = place === "" ? name : `${place}.${name}`;
    return [name, expandVariables(item, environment, onFault, at)] as const;
  });
  return Array.isArray(value) ? entries.map(([, item]) => item) : Object.fromEntries(entries);
}

function expandText(text: string, environment: Environment, onFault: (fault: string) => void): string {
  return text.replace(REFERENCE, (reference: string, inside: string) => {
    if (inside.startsWith("input:")) {
      onFault(`must not ask the user (${reference}); name a variable of the environment, \${NAME}`);
      return "";
    }
    const [, name, byDefault] = VARIABLE.exec(inside) ?? [];
    if (name === undefined) return reference;
    let set: string | undefined;
    try {
      set = readFileOf(name, environment) ?? (environment[name] || byDefault);
    } catch (error) {
      onFault(errorMessage(error));
      return "";
    }
    if (set === undefined)
      onFault(`${name} is not set in the tool-worker's environment; set it, or write \${${name}:-default}`);
    return set ?? "";
  });
}
