import type { ModelView } from "@bullpen/client";
import type { TargetedSubmitEvent } from "preact";
import { useState } from "preact/hooks";
import { client } from "../../data/client.js";
import { navigate } from "../../routing/router.js";
import { Problem } from "../../ui/problem.js";
import { ModelSelect } from "./model-select.js";

interface AskFormProps {
  readonly models: readonly ModelView[];
  /** What the form begins with. */
  readonly question: string;
  readonly model: string | undefined;
}

export function AskForm({ models, ...start }: AskFormProps) {
  const [question, setQuestion] = useState(start.question);
  const [model, setModel] = useState(start.model ?? models[0]?.id ?? "");
  const [problem, setProblem] = useState<string>();
  const [isSending, setIsSending] = useState(false);
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setIsSending(true);
    try {
      const { id } = await client.queries.submit({ query: question, ...(model !== "" && { model }) });
      navigate(`/queries/${id}`);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setIsSending(false);
    }
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
      <div class="row">
        {models.length > 0 && <ModelSelect models={models} value={model} onChange={setModel} />}
        <button type="submit" class="primary" disabled={isSending}>
          Ask
        </button>
      </div>
      <Problem text={problem} />
    </form>
  );
}
