// `npm run docs`: writes docs/settings.md from the schemas that read the settings.
// `--check` writes nothing and fails where the document says something else.
import { defaultOf, groupByReaders, readSettings, valuesOf } from "./read-settings.mjs";
import { writeOrCheck } from "./write-or-check.mjs";

const INTRODUCTION = `# Settings

Made by \`npm run docs\` from the schemas that read them (\`apps/*/src/env.ts\`): do not edit it.

Settings are environment variables. An empty one counts as unset. A value that cannot be used stops the process at
its start, with the variable's name and what is wrong. Values that are secret appear in no log and no answer.
Where two names are listed, the second is the path of a file that holds the value, as Docker and Kubernetes hand out
secrets: \`LLM_API_KEY_FILE=/run/secrets/llm-key\`. A line break at its end is left out. Set one of the two.
\`npm start\` passes its own environment to every process that it starts.
`;

writeOrCheck({ "docs/settings.md": await render() });

async function render() {
  const sections = [...groupByReaders(await readSettings())].map(
    ([title, entries]) => `## ${title}\n\n${table(entries)}\n`,
  );
  return `${INTRODUCTION}\n${sections.join("\n")}`;
}

function table(entries) {
  const rows = entries.map(([name, { schema }]) => {
    const names = schema.secret ? `\`${name}\`, \`${name}_FILE\`` : `\`${name}\``;
    const description = schema.description.replaceAll("|", "\\|");
    return `| ${names} | ${defaultOf(schema) ?? "–"} | ${valuesOf(schema)} | ${description} |`;
  });
  return ["| setting | default | values | what it does |", "| --- | --- | --- | --- |", ...rows].join("\n");
}
