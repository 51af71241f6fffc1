import type { ModelView, ToolView } from "@bullpen/client";
import type { TargetedSubmitEvent } from "preact";
import { useState } from "preact/hooks";
import { client } from "../../data/client.js";
import { navigate } from "../../routing/router.js";
import { Problem } from "../../ui/problem.js";
import { useAction } from "../../ui/use-action.js";
import { ModelSelect } from "./model-select.js";
import { OptionsFields } from "./options-fields.js";
import { NO_OPTIONS, type QueryOptions, toParameters } from "./query-options.js";

interface AskFormProps {
  readonly models: readonly ModelView[];
  readonly tools: readonly ToolView[];
  /** What the form begins with. */
  readonly question: string;
  readonly model: string | undefined;
  /** Default: what the server decides. */
  readonly options: QueryOptions | undefined;
}

export function AskForm({ models, tools, ...start }: AskFormProps) {
  const [question, setQuestion] = useState(start.question);
  const [model, setModel] = useState(start.model ?? models[0]?.id ?? "");
  const [options, setOptions] = useState(start.options ?? NO_OPTIONS);
  const { problem, isActing, run } = useAction();
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    await run(async () => {
      const parameters = { query: question, ...(model !== "" && { model }), ...toParameters(options) };
      const { id } = await client.queries.submit(parameters);
      navigate(`/queries/${id}`);
    });
  };
  return (
    <form class="card form" onSubmit={submit}>
      <label>
        Question
        <textarea
          rows={4}
          required
          data-search
          value={question}
          onInput={(event) => setQuestion(event.currentTarget.value)}
        />
      </label>
      <OptionsFields
        tools={tools}
        options={options}
        onChange={setOptions}
        isOpen={start.options !== undefined}
      />
      <div class="row">
        {models.length > 0 && <ModelSelect models={models} value={model} onChange={setModel} />}
        <button type="submit" class="primary" disabled={isActing}>
          Ask
        </button>
      </div>
      <Problem text={problem} />
    </form>
  );
}
