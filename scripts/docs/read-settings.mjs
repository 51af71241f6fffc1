// The settings of all processes, as the schemas that read them describe them.
import { z } from "zod";
import { isSecretSetting } from "../../packages/contracts/dist/index.js";

export const APPS = ["api", "batcher", "worker", "tool-worker", "dashboard"];

/**
 * @returns {Promise<Map<string, { schema: Record<string, any>, readers: string[] }>>} by name: the JSON schema of a
 * setting, and the processes that read it; `command line` where none does.
 */
export async function readSettings() {
  const settings = new Map();
  for (const app of [...APPS, "cli"]) {
    for (const [name, schema] of Object.entries(await schemasOf(app))) {
      const known = settings.get(name);
      if (known && app !== "cli") known.readers.push(app);
      else if (!known) settings.set(name, { schema, readers: [app === "cli" ? "command line" : app] });
    }
  }
  for (const [name, { schema }] of settings) {
    if (!schema.description) throw new Error(`${name} has no description`);
    if (isSecretSetting(name) && !schema.secret) throw new Error(`${name} is no secret by its metadata`);
  }
  return settings;
}

async function schemasOf(app) {
  const { envSchema } = await import(`../../apps/${app}/dist/env.js`);
  const { properties } = z.toJSONSchema(envSchema, { io: "input", unrepresentable: "any" });
  // The others are npm's own, which nobody sets.
  return Object.fromEntries(Object.entries(properties).filter(([name]) => name === name.toUpperCase()));
}

/** The default in words, or `undefined` where there is none. */
export function defaultOf({ default: value, defaultText }) {
  if (defaultText) return defaultText;
  return value === undefined || value === "" ? undefined : `\`${value}\``;
}

/** The values that a setting takes, in words. */
export function valuesOf(schema) {
  const { enum: choices, anyOf, minimum, maximum } = schema;
  if (anyOf) return anyOf.map(valuesOf).join("; ");
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (choices) return choices.map((choice) => `\`${choice}\``).join(", ");
  if (minimum === undefined) return schema.format === "uri" ? "a URL" : "text";
  return maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER
    ? `from ${number(minimum)}`
    : `${number(minimum)} to ${number(maximum)}`;
}

function number(value) {
  return value.toLocaleString("en");
}

/** Settings by a heading that names the processes that read them. */
export function groupByReaders(settings) {
  const groups = new Map();
  for (const entry of settings) {
    const title = headingOf(entry[1].readers);
    groups.set(title, [...(groups.get(title) ?? []), entry]);
  }
  return groups;
}

function headingOf(readers) {
  if (readers.length === APPS.length) return "Every process";
  const list = new Intl.ListFormat("en-GB").format(readers);
  return list[0].toUpperCase() + list.slice(1);
}
