// Grades students' answers against the vote of five runs: node grade.mjs <in.csv> <out.csv>
import { readCsv, writeCsv } from "../csv.mjs";
import { runBatch } from "../run-batch.mjs";

const [, , input, output] = process.argv;
const students = readCsv(input);
const answers = await runBatch(
  students.map(({ question }, i) => ({ id: `row-${i + 1}`, query: question, tools: ["Calculator"] })),
  { votes: 5 },
);
const rows = students.map((student, i) => {
  const { answer, error, votes } = answers.get(`row-${i + 1}`) ?? {};
  if (answer === undefined) return { ...student, right: "", grade: `not graded: ${error}`, votes: "" };
  const right = lastNumber(answer);
  const grade =
    right === undefined ? "not graded: no number" : isEqual(right, student.answer) ? "right" : "wrong";
  return { ...student, right: right ?? "", grade, votes: `${votes?.agreed} of ${votes?.answers}` };
});
writeCsv(output, rows);
const count = (grade) => rows.filter((row) => row.grade === grade).length;
console.log(`${count("right")} right, ${count("wrong")} wrong of ${rows.length}; written to ${output}`);

/** The last number of a sentence: `85 times 9443 is 802655.` */
function lastNumber(text) {
  return text
    .replaceAll(/(?<=\d),(?=\d{3})/g, "")
    .match(/-?\d+(?:\.\d+)?/g)
    ?.at(-1);
}

/** To the cent. */
function isEqual(a, b) {
  return Math.abs(Number(a) - Number(b)) < 0.005;
}
