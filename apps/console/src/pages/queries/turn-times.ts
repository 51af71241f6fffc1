import type { TranscriptTurn } from "@bullpen/client";

type PartName = "waiting" | "prompt" | "generation" | "tool";

/** A stretch of time in which a query waited, or something worked on it. */
interface Part {
  readonly name: PartName;
  /** Unix milliseconds. */
  readonly from: number;
  readonly to: number;
}

/**
 * Where the time of a turn and its tool call went, in order. A turn that does not tell its prompt from its generation is
 * all generation; one of an earlier version, which does not tell when it began, has no parts.
 */
export function partsOf(turn: TranscriptTurn): Part[] {
  const { started_at: startedAt, duration_ms, prompt_ms, generation_ms, waiting_ms, observation } = turn;
  if (startedAt === null) return [];
  const end = startedAt + duration_ms;
  const generation = generation_ms ?? duration_ms;
  const prompt = prompt_ms ?? 0;
  const parts: Part[] = [
    ...stretch("waiting", end - generation - prompt, waiting_ms ?? 0),
    ...stretch("prompt", end - generation, prompt),
    ...stretch("generation", end, generation),
  ];
  if (!observation || observation.guard !== null) return parts;
  const toolStart = observation.started_at ?? end;
  return [
    ...parts,
    ...stretch("waiting", toolStart, observation.started_at === null ? 0 : (observation.waiting_ms ?? 0)),
    ...stretch("tool", toolStart + observation.duration_ms, observation.duration_ms),
  ];
}

function stretch(name: PartName, to: number, ms: number): Part[] {
  return ms > 0 ? [{ name, from: to - ms, to }] : [];
}
