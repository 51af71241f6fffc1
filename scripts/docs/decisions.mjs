// `npm run docs`: writes docs/decisions/README.md, the index of the records beside it.
// `--check` writes nothing and fails where the index says something else.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { ROOT } from "../setup.mjs";

const FOLDER = `${ROOT}docs/decisions/`;
const INDEX = `${FOLDER}README.md`;

const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
const text = render();
if (!values.check) {
  writeFileSync(INDEX, text);
} else if (readFileSync(INDEX, "utf8") !== text) {
  console.error("docs/decisions/README.md is not the index of the records. Run `npm run docs`.");
  process.exitCode = 1;
}

function render() {
  const rows = readdirSync(FOLDER)
    .filter((name) => /^\d{4}-/.test(name))
    .sort()
    .map((name) => {
      const { title, status, date } = read(name);
      return `| [${name.slice(0, 4)}](${name}) | ${date} | ${status} | ${title} |`;
    });
  return `# Decisions

One short record for each decision that a newcomer would question: what was decided, why, and what would change
our mind. Made by \`npm run docs\`: do not edit it.

| | date | status | decision |
| --- | --- | --- | --- |
${rows.join("\n")}
`;
}

/** Title and status of a record: `# Title`, an empty line, `Accepted 2026-11-28.` */
function read(name) {
  const [heading = "", , line = ""] = readFileSync(`${FOLDER}${name}`, "utf8").split("\n");
  const [, title] = /^# (?!\d{4})(.+)$/.exec(heading) ?? [];
  const [, status, date] = /^(Accepted|Superseded|Rejected) (\d{4}-\d\d-\d\d)\b/.exec(line) ?? [];
  if (title && date) return { title, status: status.toLowerCase(), date };
  throw new Error(
    `docs/decisions/${name} must begin with "# Title" without a number, an empty line, and a line such as "Accepted 2026-11-28."`,
  );
}
