import { visibleText } from "@bullpen/base";
import { formatCount } from "../../ui/format.js";
import { Line } from "../../ui/text.js";
import type { ReadFile } from "./read-questions.js";

/** Faults beyond these are counted alone. */
const SHOWN = 20;

/** What a file will ask, and which of its lines cannot be taken. */
export function FileReport({ read: { lines, preview, problems } }: { readonly read: ReadFile }) {
  return (
    <>
      {problems.length > 0 && (
        <div class="note bad" role="alert">
          <div>
            <strong>
              {formatCount(problems.length)} {problems.length === 1 ? "line" : "lines"} cannot be taken
            </strong>
            <ul class="plain">
              {problems.slice(0, SHOWN).map(({ line, message }) => (
                <li key={line}>
                  Line {formatCount(line)}: {visibleText(message)}
                </li>
              ))}
            </ul>
          </div>
        </div>
      )}
      {preview.length > 0 && (
        <div>
          <strong>
            {formatCount(lines.length)} {lines.length === 1 ? "question" : "questions"}, the first of them:
          </strong>
          <ol class="plain">
            {preview.map((question, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two questions may be the same
              <li key={index}>
                <Line text={question} />
              </li>
            ))}
          </ol>
        </div>
      )}
    </>
  );
}
