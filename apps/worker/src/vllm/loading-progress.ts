/**
 * What a line of vLLM's log says of its start: the messages of its stages, each once, and the share of the weights in
 * tenths. `undefined` for all other lines. Progress bars and the processes of several GPUs repeat their messages.
 */
export class LoadingProgress {
  readonly #said = new Set<string>();
  #percent = 0;

  read(line: string): string | undefined {
    const percent = /\b(\d{1,3})% Completed/.exec(line)?.[1];
    if (percent !== undefined) return this.#tenth(Number(percent));
    const stage = STAGES.find(([message]) => line.includes(message))?.[1];
    if (stage === undefined || this.#said.has(stage)) return undefined;
    this.#said.add(stage);
    return stage;
  }

  #tenth(percent: number): string | undefined {
    const tenth = Math.floor(percent / 10) * 10;
    if (tenth <= this.#percent) return undefined;
    this.#percent = tenth;
    return `weights: ${tenth} %`;
  }
}

/** Messages of vLLM 0.25; a line that another version words differently is in the debug log alone. */
const STAGES: readonly (readonly [string, string])[] = [
  ["Starting to load model", "loading the weights"],
  ["Model loading took", "the weights are loaded"],
  ["Dynamo bytecode transform time", "compiling"],
  ["Capturing CUDA graphs", "capturing CUDA graphs"],
  ["Graph capturing finished", "the CUDA graphs are captured"],
  ["Application startup complete", "the server starts"],
];
