import { Html, html } from "@bullpen/base";
import type { EvaluationResult, ScoredCase, Tally } from "../result/result-schema.js";
import { agreementRows, agreementTable } from "./agreement.js";
import { accuracyChart, outcomeChart, turnsChart } from "./charts.js";
import { formatPercent } from "./format-percent.js";
import { STYLE } from "./style.js";

/** Characters of a question in the line that opens its transcript. */
const MAX_TITLE = 160;

/**
 * The report of an evaluation as one page that needs nothing from elsewhere and runs no script, in pieces, so that it
 * may be large. Texts of questions, answers and tools are shown as text.
 */
export function* reportPage(result: EvaluationResult): Generator<string> {
  const open = result.cases.filter(({ outcome }) => outcome !== "right");
  yield head(result).text;
  yield overview(result).text;
  yield agreement(result.cases);
  yield html`<h2>Cases without a right answer (${open.length})</h2>`.text;
  if (open.length === 0) yield html`<p>There are none.</p>`.text;
  for (const each of open) yield transcript(each).text;
  yield "</main></body></html>\n";
}

function head({ run }: EvaluationResult): Html {
  const title = `${run.dataset}: ${run.model}`;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>${title}</title><style>${new Html(STYLE)}</style></head><body><main>
<h1>${run.dataset}</h1>
<p class="dim">Model ${run.model}, started ${run.started_at}${run.wall_ms === null ? "" : `, took ${(run.wall_ms / 1_000).toFixed(0)} s`}. Batch ${run.batch_id}.</p>`;
}

function overview({ summary, cases }: EvaluationResult): Html {
  const classes = Object.entries(summary.by_class);
  const { cost } = summary;
  const facts: readonly (readonly [name: string, value: string, note: string])[] = [
    [
      "Accuracy",
      formatPercent(summary.accuracy),
      `95 %: ${formatPercent(summary.interval.low)} to ${formatPercent(summary.interval.high)}`,
    ],
    ["Right", `${summary.right} of ${summary.right + summary.wrong}`, "of the cases that were scored"],
    ["Not scored", count(summary.failed + summary.unjudged), failures(summary.failures, summary.unjudged)],
    ["Turns a case", summary.turns_mean.toFixed(1), `${count(summary.tool_calls)} tool calls`],
    [
      "Tool errors",
      count(summary.tool_errors),
      `${count(summary.guard_events)} guard events, ${count(summary.cut)} answers cut off`,
    ],
    [
      "Tokens",
      count(summary.prompt_tokens + summary.completion_tokens),
      `${count(summary.prompt_tokens)} in, ${count(summary.completion_tokens)} out`,
    ],
    [
      "Time a case",
      summary.duration_ms_median === null ? "–" : `${(summary.duration_ms_median / 1_000).toFixed(1)} s`,
      "median, waiting included",
    ],
    ...(cost
      ? [
          [
            "Cost",
            cost.total.toFixed(4),
            `${cost.price_in} in, ${cost.price_out} out for a million tokens`,
          ] as const,
        ]
      : []),
  ];
  return html`<dl class="facts">${facts.map(([name, value, note]) => html`<div><dt>${name}</dt><dd>${value}<small>${note}</small></dd></div>`)}</dl>
<h2>Outcomes</h2><figure>${outcomeChart(summary)}</figure>
<h2>Accuracy by class</h2><figure>${accuracyChart(classes)}</figure>
<div class="scroll" tabindex="0" role="region" aria-label="Table of the classes">${table([...classes, ["all", summary]])}</div>
<h2>Turns</h2><figure>${turnsChart(cases.map(({ generation }) => generation.turns))}</figure>`;
}

function agreement(cases: readonly ScoredCase[]): string {
  const rows = agreementRows(cases);
  if (rows.length === 0) return "";
  return html`<h2>Accuracy by agreement of the runs</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Table of the agreement">${agreementTable(rows)}</div>`
    .text;
}

function table(rows: readonly (readonly [string, Tally])[]): Html {
  const columns = [
    "cases",
    "right",
    "wrong",
    "failed",
    "unjudged",
    "accuracy",
    "95 % interval",
    "turns",
    "tool errors",
  ];
  return html`<table><thead><tr><th scope="col">class</th>${columns.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${rows.map(
    ([name, tally]) =>
      html`<tr><th scope="row">${name}</th>${cells(tally).map((cell) => html`<td>${cell}</td>`)}</tr>`,
  )}</tbody></table>`;
}

function cells(tally: Tally): string[] {
  const { total, right, wrong, failed, unjudged, accuracy, interval, turns_mean, tool_errors } = tally;
  return [
    ...[total, right, wrong, failed, unjudged].map(count),
    formatPercent(accuracy),
    `${formatPercent(interval.low)} to ${formatPercent(interval.high)}`,
    turns_mean.toFixed(1),
    count(tool_errors),
  ];
}

function transcript(each: ScoredCase): Html {
  const { id, outcome, question, expected, reason, generation, judgement } = each;
  const steps = generation.steps.map(
    ({ tool_name, input, observation, is_error }) =>
      html`<h3>${tool_name}</h3><pre>${shown(input)}</pre><h3>${is_error ? "Error" : "Result"}</h3><pre>${observation ?? "none: the call was not run"}</pre>`,
  );
  const answer =
    generation.answer === null
      ? html`<h3>No answer</h3><pre>${reason}</pre>`
      : html`<h3>Answer</h3><pre>${generation.answer}</pre><h3>Check ${each.check}</h3><pre>${reason}</pre>`;
  const judge = judgement
    ? html`<h3>Judge ${judgement.model} was asked</h3><pre>${judgement.prompt}</pre><h3>It said</h3><pre>${judgement.reply ?? judgement.error ?? ""}</pre>`
    : "";
  return html`<details><summary><span class="tag ${outcome}">${outcome}</span><span class="dim">${id} · ${each.class}</span> ${title(question)}</summary>
<div class="body"><h3>Question</h3><pre>${question}</pre><h3>Wanted</h3><pre>${shown(expected)}</pre>${steps}${answer}${judge}<p class="dim">${generation.turns} turns${voted(generation)}${generation.query_id === null ? "" : `, ${generation.query_id}`}</p></div></details>
`;
}

function voted({ votes }: ScoredCase["generation"]): string {
  if (votes?.agreed == null) return "";
  return `, ${votes.agreed} of ${votes.answers} runs agree`;
}

function title(question: string): string {
  const characters = [...question.slice(0, 4 * MAX_TITLE)];
  return characters.length > MAX_TITLE ? `${characters.slice(0, MAX_TITLE).join("")}…` : question;
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value, null, 2) ?? "");
}

function failures(codes: Readonly<Record<string, number>>, unjudged: number): string {
  const parts = Object.entries(codes).map(([code, times]) => `${times} ${code}`);
  if (unjudged > 0) parts.push(`${unjudged} unjudged`);
  return parts.join(", ") || "every case was scored";
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
