import { visibleText } from "@bullpen/base";
import type { ModelView } from "@bullpen/client";
import { useState } from "preact/hooks";
import { client } from "../../data/client.js";
import { uploadInput } from "../../data/upload.js";
import { navigate } from "../../routing/router.js";
import { formatBytes, formatCount, formatShare } from "../../ui/format.js";
import { Problem } from "../../ui/problem.js";
import { FileReport } from "./file-report.js";
import { ModelSelect } from "./model-select.js";
import { type ReadFile, readQuestions } from "./read-questions.js";

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
  const read = chosen && readQuestions(chosen.name, chosen.text, { model });
  return (
    <div class="card form">
      <DropZone onFile={choose} name={chosen?.name} />
      <Problem text={problem} />
      {chosen && read && (
        <>
          <FileReport read={read} />
          <div class="row">
            {models.length > 0 && <ModelSelect models={models} value={model} onChange={setModel} />}
            <StartButton read={read} name={chosen.name} onProblem={setProblem} />
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

interface StartButtonProps {
  readonly read: ReadFile;
  readonly name: string;
  readonly onProblem: (problem: string) => void;
}

function StartButton({ read: { lines, problems }, name, onProblem }: StartButtonProps) {
  const [sent, setSent] = useState<number>();
  const start = async () => {
    setSent(0);
    try {
      const content = new Blob([lines.join("\n")], { type: "application/jsonl" });
      const file = await uploadInput(content, name.replace(/\.\w+$/, ".jsonl"), setSent);
      const batch = await client.batches.create({
        input_file_id: file.id,
        metadata: { file: name.slice(0, 512) },
      });
      navigate(`/batches/${batch.id}`);
    } catch (error) {
      onProblem(error instanceof Error ? error.message : String(error));
      setSent(undefined);
    }
  };
  const without = problems.length > 0 ? ` without the ${formatCount(problems.length)} at fault` : "";
  return (
    <button type="button" class="primary" disabled={sent !== undefined || lines.length === 0} onClick={start}>
      {sent === undefined
        ? `Start a batch of ${formatCount(lines.length)} ${lines.length === 1 ? "line" : "lines"}${without}`
        : `Uploading: ${formatShare(sent, 1)}`}
    </button>
  );
}
