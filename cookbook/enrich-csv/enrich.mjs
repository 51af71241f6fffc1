// Adds the column `mayor` to a table of towns: node enrich.mjs <in.csv> <out.csv>
import { readCsv, writeCsv } from "../csv.mjs";
import { runBatch } from "../run-batch.mjs";

const [, , input, output] = process.argv;
const towns = readCsv(input);
const answers = await runBatch(
  towns.map(({ town }, i) => ({
    id: `row-${i + 1}`,
    query: `Who is the mayor of ${town}?`,
    tools: ["Search"],
  })),
);
const rows = towns.map((row, i) => ({ ...row, mayor: answers.get(`row-${i + 1}`)?.answer ?? "" }));
writeCsv(output, rows);
const found = rows.filter(({ mayor }) => mayor !== "").length;
console.log(`${found} of ${rows.length} rows have a mayor; written to ${output}`);
