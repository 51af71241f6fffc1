import { visibleText } from "@bullpen/base";
import type { ModelView } from "@bullpen/client";
import { useMemo, useState } from "preact/hooks";
import { formatBytes } from "../../ui/format.js";
import { Problem } from "../../ui/problem.js";
import { FileActions } from "./file-actions.js";
import { FileReport } from "./file-report.js";
import { ModelSelect } from "./model-select.js";
import { readQuestions } from "./read-questions.js";

/** Larger files are read whole neither quickly nor by every browser. */
const MAX_BYTES = 100 * 1_024 ** 2;

interface Chosen {
  readonly name: string;
  readonly text: string;
}

/** Takes a file, says line by line what is wrong with it, shows what will be asked, and starts a batch. */
export function FileForm({ models }: { readonly models: readonly ModelView[] }) {
  const [chosen, setChosen] = useState<Chosen>();
  const [model, setModel] = useState(models[0]?.id ?? "");
  const [problem, setProblem] = useState<string>();
  const choose = async (file: File | undefined) => {
    setProblem(undefined);
    if (!file) return;
    if (file.size > MAX_BYTES) {
      setChosen(undefined);
      setProblem(
        `The file has ${formatBytes(file.size)}. The console takes ${formatBytes(MAX_BYTES)}; larger ones go by npx bullpen batch submit.`,
      );
      return;
    }
    setChosen({ name: file.name, text: await file.text() });
  };
  // A file of many lines is not read again for each change of the page.
  const read = useMemo(() => chosen && readQuestions(chosen.name, chosen.text, { model }), [chosen, model]);
  return (
    <div class="card form">
      <DropZone onFile={choose} name={chosen?.name} />
      <Problem text={problem} />
      {chosen && read && (
        <>
          <FileReport read={read} />
          <div class="row">
            {models.length > 0 && <ModelSelect models={models} value={model} onChange={setModel} />}
            <FileActions read={read} name={chosen.name} onProblem={setProblem} />
          </div>
        </>
      )}
    </div>
  );
}

interface DropZoneProps {
  readonly onFile: (file: File | undefined) => void;
  readonly name: string | undefined;
}

function DropZone({ onFile, name }: DropZoneProps) {
  const [isOver, setIsOver] = useState(false);
  return (
    <label
      class={isOver ? "drop over" : "drop"}
      onDragOver={(event) => {
        event.preventDefault();
        setIsOver(true);
      }}
      onDragLeave={() => setIsOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setIsOver(false);
        onFile(event.dataTransfer?.files[0]);
      }}
    >
      <span>{name === undefined ? "Drop a file here, or choose one" : visibleText(name)}</span>
      <input
        type="file"
        accept=".jsonl,.ndjson,.csv,.txt"
        onChange={(event) => onFile(event.currentTarget.files?.[0])}
      />
    </label>
  );
}
