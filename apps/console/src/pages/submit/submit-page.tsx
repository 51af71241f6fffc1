import { client } from "../../data/client.js";
import { useResource } from "../../data/use-resource.js";
import type { Place } from "../../routing/router.js";
import { useMay } from "../../shell/session-context.js";
import { Empty, Loaded, Page, Section } from "../../ui/page.js";
import { AskForm } from "./ask-form.js";
import { FileForm } from "./file-form.js";
import { optionsOf } from "./query-options.js";

/** Asks one question, or those of a file. */
export function SubmitPage({ place }: { readonly place: Place }) {
  const maySubmit = useMay("submit");
  const from = place.search.get("from");
  const start = useResource(`submit ${from}`, (signal) => readStart(from, signal));
  if (!maySubmit) {
    return (
      <Page title="Submit">
        <Empty title="Your key may read, and not submit.">Ask the operator for one of the role submit.</Empty>
      </Page>
    );
  }
  return (
    <Page title="Submit">
      <Loaded resource={start}>
        {({ models, tools, again }) => (
          <>
            <Section title="A question">
              <AskForm
                models={models}
                tools={tools}
                question={again?.view.query ?? ""}
                model={again?.view.model}
                options={again?.options}
              />
            </Section>
            <Section
              title="A file of questions"
              note="JSONL, CSV with a header, or a text with a question on each line"
            >
              <FileForm models={models} />
            </Section>
          </>
        )}
      </Loaded>
    </Page>
  );
}

/** @param from the query that is run again; `null`: none. */
async function readStart(from: string | null, signal: AbortSignal) {
  const [models, tools, view, transcript] = await Promise.all([
    client.models.list({ signal }),
    client.tools.list({ signal }),
    from === null ? undefined : client.queries.get(from, { signal }),
    from === null ? undefined : client.queries.transcript(from, { signal }),
  ]);
  const known = tools.map(({ id }) => id);
  const again = view && transcript && { view, options: optionsOf(transcript, view, known) };
  return { models, tools, again };
}
