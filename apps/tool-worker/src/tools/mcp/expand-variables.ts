/** Texts with variables of the environment in them, as other clients' files have them. */
export type Environment = Readonly<Record<string, string | undefined>>;

const REFERENCE = /\$\{([^${}]*)\}/g;
const VARIABLE = /^(?:env:)?([A-Za-z_]\w*)(?::-(.*))?$/s;

/**
 * A value with `${NAME}`, `${env:NAME}` and `${NAME:-default}` replaced in its texts, at any depth. What has
 * another form, such as `${1}`, stays.
 *
 * @param onFault called with the place of a text, such as `env.TOKEN`, and what is wrong with it
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
      onFault(`nobody is there to be asked for ${reference}; name a variable of the environment, \${NAME}`);
      return "";
    }
    const [, name, byDefault] = VARIABLE.exec(inside) ?? [];
    if (name === undefined) return reference;
    const set = environment[name] || byDefault;
    if (set === undefined) onFault(`${name} is not set in the tool-worker's environment`);
    return set ?? "";
  });
}
