// `npm run docs`: writes docs/settings.md from the schemas that read the settings.
// `--check` writes nothing and fails where the document says something else.
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { z } from "zod";
import { isSecretSetting } from "../../packages/contracts/dist/index.js";
import { ROOT } from "../setup.mjs";

const APPS = ["api", "batcher", "worker", "tool-worker", "dashboard"];
const INTRODUCTION = `# Settings

Made by \`npm run docs\` from the schemas that read them (\`apps/*/src/env.ts\`): do not edit it.

Settings are environment variables. An empty one counts as unset. A value that cannot be used stops the process at
its start, with the variable's name and what is wrong. Values that are secret appear in no log and no answer.
Where two names are listed, the second is the path of a file that holds the value, as Docker and Kubernetes hand out
secrets: \`LLM_API_KEY_FILE=/run/secrets/llm-key\`. A line break at its end is left out. Set one of the two.
\`npm start\` passes its own environment to every process that it starts.
`;
const DOCUMENT = `${ROOT}docs/settings.md`;

const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
const text = await render();
if (!values.check) {
  writeFileSync(DOCUMENT, text);
} else if (readFileSync(DOCUMENT, "utf8") !== text) {
  console.error("docs/settings.md does not say what the schemas say. Run `npm run docs`.");
  process.exitCode = 1;
}

async function render() {
  /** Name → its JSON schema and the processes that read it. */
  const settings = new Map();
  for (const app of APPS) await collect(app, app);
  await collect("cli", "command line");
  const groups = new Map();
  for (const entry of settings) {
    const title = heading(entry[1].readers);
    groups.set(title, [...(groups.get(title) ?? []), entry]);
  }
  const sections = [...groups].map(([title, entries]) => `## ${title}\n\n${table(entries)}\n`);
  return `${INTRODUCTION}\n${sections.join("\n")}`;

  async function collect(app, reader) {
    const { envSchema } = await import(`../../apps/${app}/dist/env.js`);
    const { properties } = z.toJSONSchema(envSchema, { io: "input", unrepresentable: "any" });
    for (const [name, schema] of Object.entries(properties)) {
      if (name !== name.toUpperCase()) continue; // npm's own, which nobody sets
      const known = settings.get(name);
      if (known) {
        if (app !== "cli") known.readers.push(reader);
      } else settings.set(name, { schema, readers: [reader] });
    }
  }
}

function heading(readers) {
  if (readers.length === APPS.length) return "Every process";
  const list = new Intl.ListFormat("en-GB").format(readers);
  return list[0].toUpperCase() + list.slice(1);
}

function table(entries) {
  const rows = entries.map(([name, { schema }]) => {
    if (!schema.description) throw new Error(`${name} has no description`);
    if (isSecretSetting(name) && !schema.secret) throw new Error(`${name} is no secret by its metadata`);
    const names = schema.secret ? `\`${name}\`, \`${name}_FILE\`` : `\`${name}\``;
    return `| ${names} | ${defaultOf(schema)} | ${valuesOf(schema)} | ${schema.description.replaceAll("|", "\\|")} |`;
  });
  return ["| setting | default | values | what it does |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

function defaultOf({ default: value, defaultText }) {
  if (defaultText) return defaultText;
  return value === undefined || value === "" ? "–" : `\`${value}\``;
}

function valuesOf(schema) {
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
