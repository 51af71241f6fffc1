import { visibleText } from "@bullpen/base";
import { answerOf, type BatchResult } from "@bullpen/client";
import { client } from "../../data/client.js";
import { useResource } from "../../data/use-resource.js";
import { Link } from "../../routing/router.js";
import { Figures } from "../../ui/figures.js";
import { formatCount, formatDuration } from "../../ui/format.js";
import { Empty, Loaded, Page, Section } from "../../ui/page.js";
import { RawJson } from "../../ui/raw-json.js";
import { Status } from "../../ui/status.js";
import { Id, Text } from "../../ui/text.js";
import { Steps } from "../queries/steps.js";
import { failureOf, traceOf } from "./read-result.js";

/** One line of a batch, as its results have it: after the query itself is gone, too. */
export function LinePage({ id, line }: { readonly id: string; readonly line: number }) {
  const found = useResource(`line ${id} ${line}`, async (signal) => {
    const [result] = await client.batches.resultPage(id, { after: line - 1, limit: 1, signal });
    return result ?? null;
  });
  return (
    <Page
      title={`Line ${formatCount(line)}`}
      actions={
        <Link to={`/batches/${id}`} class="button">
          Back to the batch
        </Link>
      }
    >
      <Loaded resource={found}>
        {(result) =>
          result ? (
            <Result result={result} />
          ) : (
            <Empty title="This line has no result yet.">Results come in the order of the input.</Empty>
          )
        }
      </Loaded>
    </Page>
  );
}

function Result({ result }: { readonly result: BatchResult }) {
  const failure = failureOf(result);
  const trace = traceOf(result);
  return (
    <>
      <div class="subject">
        <bdi>{visibleText(result.custom_id)}</bdi>
        <Status value={failure ? "failed" : "completed"} />
        {trace && <Id value={trace.query_id} />}
      </div>
      {trace && (
        <Figures
          items={[
            { label: "Turns", value: formatCount(trace.turns) },
            { label: "Tool calls", value: formatCount(trace.tool_calls) },
            { label: "Generating", value: formatDuration(trace.generation_ms) },
            { label: "Took", value: trace.duration_ms === null ? "–" : formatDuration(trace.duration_ms) },
          ]}
        />
      )}
      <Section title={failure ? "Why it failed" : "Answer"}>
        <div class="card">
          {failure ? (
            <>
              <code>{failure.code}</code>
              <Text text={failure.message} />
            </>
          ) : (
            <Text text={answerOf(result) ?? ""} />
          )}
        </div>
      </Section>
      {trace && trace.steps.length > 0 && (
        <Section title="Tool calls">
          <Steps steps={trace.steps} />
        </Section>
      )}
      <RawJson value={result} />
    </>
  );
}
