import { errorMessage } from "@bullpen/base";
import type { BatchEstimate } from "@bullpen/client";
import { useRef, useState } from "preact/hooks";
import { client } from "../../data/client.js";
import { uploadInput } from "../../data/upload.js";
import { navigate } from "../../routing/router.js";
import { formatCount, formatShare } from "../../ui/format.js";
import { EstimateNote } from "./estimate-note.js";
import type { ReadFile } from "./read-questions.js";

interface FileActionsProps {
  readonly read: ReadFile;
  readonly name: string;
  readonly onProblem: (problem: string | undefined) => void;
}

type Action = "start" | "estimate";

/** Starts a batch of the lines that can be taken, or estimates one; both upload them once. */
export function FileActions({ read: { lines, problems }, name, onProblem }: FileActionsProps) {
  const [active, setActive] = useState<Action>();
  const [sent, setSent] = useState(0);
  const [estimate, setEstimate] = useState<{
    readonly of: readonly string[];
    readonly result: BatchEstimate;
  }>();
  const uploaded = useRef<{ readonly of: readonly string[]; readonly id: string } | undefined>(undefined);
  const upload = async () => {
    if (uploaded.current?.of === lines) return uploaded.current.id;
    const content = new Blob([lines.join("\n")], { type: "application/jsonl" });
    const { id } = await uploadInput(content, name.replace(/\.\w+$/, ".jsonl"), setSent);
    uploaded.current = { of: lines, id };
    return id;
  };
  const run = async (action: Action) => {
    setActive(action);
    setSent(0);
    onProblem(undefined);
    try {
      const input_file_id = await upload();
      setSent(1);
      if (action === "estimate") {
        setEstimate({ of: lines, result: await client.batches.estimate({ input_file_id }) });
      } else {
        const batch = await client.batches.create({ input_file_id, metadata: { file: name.slice(0, 512) } });
        navigate(`/batches/${batch.id}`);
      }
    } catch (error) {
      onProblem(errorMessage(error));
    }
    setActive(undefined);
  };
  const without = problems.length > 0 ? ` without the ${formatCount(problems.length)} at fault` : "";
  const start = `Start a batch of ${formatCount(lines.length)} ${lines.length === 1 ? "line" : "lines"}${without}`;
  const isBlocked = active !== undefined || lines.length === 0;
  return (
    <>
      <button type="button" class="primary" disabled={isBlocked} onClick={() => run("start")}>
        {active === "start" ? `Uploading: ${formatShare(sent, 1)}` : start}
      </button>
      <button
        type="button"
        disabled={isBlocked || lines.length < 2}
        title="Runs a sample of the lines, and tells what all would use"
        onClick={() => run("estimate")}
      >
        {active === "estimate"
          ? sent < 1
            ? `Uploading: ${formatShare(sent, 1)}`
            : "Running a sample…"
          : "Estimate"}
      </button>
      {estimate?.of === lines && <EstimateNote estimate={estimate.result} />}
    </>
  );
}
