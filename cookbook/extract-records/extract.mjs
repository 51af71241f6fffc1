// Makes a table of typed fields of e-mails: node extract.mjs <in.csv> <out.csv>
import { readFileSync } from "node:fs";
import { readCsv, writeCsv } from "../csv.mjs";
import { runBatch } from "../run-batch.mjs";

const [, , input, output] = process.argv;
const schema = JSON.parse(readFileSync(new URL("order.schema.json", import.meta.url), "utf8"));
const emails = readCsv(input);
const answers = await runBatch(
  emails.map(({ id, text }) => ({
    id,
    system:
      "You read e-mails to a shop. Write what the e-mail says and nothing else; null for what it does not say.",
    query: text,
    tools: [],
    response_format: { type: "json_schema", json_schema: { name: "order", schema, strict: true } },
  })),
);
const rows = emails.map(({ id }) => {
  const { answer, error } = answers.get(id) ?? {};
  const record = answer === undefined ? {} : JSON.parse(answer); // it fits the schema, or the line has an error
  const fields = Object.keys(schema.properties).map((name) => [name, record[name] ?? ""]);
  return { id, ...Object.fromEntries(fields), error: error ?? "" };
});
writeCsv(output, rows);
const orders = rows.filter(({ is_order }) => is_order === true).length;
console.log(`${orders} orders in ${rows.length} e-mails; written to ${output}`);
