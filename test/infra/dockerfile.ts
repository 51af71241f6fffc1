/** A `COPY`: what is copied, and the stage or image that it comes from (none: the build context). */
export interface Copy {
  readonly from: string | undefined;
  readonly sources: readonly string[];
}

/** One stage of a Dockerfile. */
export class Stage {
  readonly name: string;
  /** The stage or the image that it builds on, as it is written. */
  readonly base: string;
  /** Each with its kind and the rest of its line, in order. */
  readonly instructions: readonly (readonly [kind: string, text: string])[];

  constructor(name: string, base: string, instructions: readonly (readonly [string, string])[]) {
    this.name = name;
    this.base = base;
    this.instructions = instructions;
  }

  get copies(): Copy[] {
    return this.#all("COPY").map((text) => {
      const words = text.split(/\s+/);
      const from = words.find((word) => word.startsWith("--from="))?.slice("--from=".length);
      return { from, sources: words.filter((word) => !word.startsWith("--")).slice(0, -1) };
    });
  }

  get runs(): string[] {
    return this.#all("RUN");
  }

  /** What the last instruction of a kind says, in this stage or else in the stage that it builds on. */
  last(kind: string, stages: readonly Stage[]): string | undefined {
    const base = stages.find((stage) => stage.name === this.base);
    return this.#all(kind).at(-1) ?? base?.last(kind, stages);
  }

  #all(kind: string): string[] {
    return this.instructions.filter(([name]) => name === kind).map(([, text]) => text);
  }
}

/** The stages of a Dockerfile that uses neither here-documents nor another escape character. */
export function parseDockerfile(text: string): Stage[] {
  const lines = text
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .join("\n")
    .replaceAll(/\\\n/g, " ")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const stages: Stage[] = [];
  let instructions: [string, string][] = [];
  for (const line of lines) {
    const [, kind = "", rest = ""] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (kind === "") throw new Error(`no instruction: ${line}`);
    if (kind === "FROM") {
      const [, base = "", name = ""] = /^(\S+)\s+AS\s+(\S+)$/.exec(rest) ?? [];
      if (name === "") throw new Error(`a stage without a name: ${line}`);
      instructions = [];
      stages.push(new Stage(name, base, instructions));
    } else instructions.push([kind, rest]);
  }
  return stages;
}
