import { splitWords } from "./split-words.js";

export interface VllmCommandOptions {
  /** `VLLM_COMMAND`: the program, and words that come before its own arguments. */
  readonly command: string;
  /** `VLLM_ARGS`. */
  readonly args: string;
  readonly model: string;
  /** The socket file that it listens on. */
  readonly socketPath: string;
  /** GPUs that it sees; 0: not known. */
  readonly gpus: number;
  /** Tokens of prompt and completion; without it vLLM takes what the model has. */
  readonly contextTokens: number | undefined;
}

/** What the worker sets itself: it has to know where the server listens, how, and what it calls the model. */
const OWN_OPTIONS = [
  ...["--uds", "--host", "--port", "--served-model-name", "--api-key"],
  ...["--ssl-keyfile", "--ssl-certfile", "--root-path"],
];
/** Usage says which tokens were cached, and the server its chat template; a line of the log for each request would cost a core's time for nothing. */
const FIXED_OPTIONS = [
  "--enable-prompt-tokens-details",
  "--enable-tokenizer-info-endpoint",
  "--disable-uvicorn-access-log",
];
const PARALLEL_OPTIONS = ["--tensor-parallel-size", "-tp"];

/** The program and its arguments: `vllm serve` on a socket file. */
export function vllmCommand(options: VllmCommandOptions): {
  readonly program: string;
  readonly args: string[];
} {
  const { command, model, socketPath, gpus, contextTokens } = options;
  const [program = "", ...first] = splitWords(command);
  const more = splitWords(options.args);
  const set = (name: string, value: unknown, skip: boolean) => (skip ? [] : [name, String(value)]);
  return {
    program,
    args: [
      ...first,
      ...["serve", model, "--uds", socketPath, "--served-model-name", model],
      ...FIXED_OPTIONS,
      ...set("--tensor-parallel-size", gpus, gpus < 2 || hasOption(more, PARALLEL_OPTIONS)),
      ...set(
        "--max-model-len",
        contextTokens,
        contextTokens === undefined || hasOption(more, ["--max-model-len"]),
      ),
      ...more,
    ],
  };
}

/** The first option in `VLLM_ARGS` that is the worker's own to set. */
export function findOwnOption(args: string): string | undefined {
  const words = splitWords(args);
  return OWN_OPTIONS.find((option) => hasOption(words, [option]));
}

function hasOption(words: readonly string[], names: readonly string[]): boolean {
  return words.some((word) => names.some((name) => word === name || word.startsWith(`${name}=`)));
}
