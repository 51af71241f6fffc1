import { modelSettings, servedModelName, splitCredentials } from "@bullpen/contracts";
import { hubSettings } from "@bullpen/llm/models";
import { redisSettings } from "@bullpen/redis";
import { commonSettings, countSetting, parseEnv, portSetting } from "@bullpen/runtime";
import { tracingSettings } from "@bullpen/tracing";
import { z } from "zod";
import { serverListSetting } from "./server-list.js";
import { findOwnOption } from "./vllm/vllm-command.js";

/** docs/settings.md is made of it. */
export const envSchema = z
  .object({
    ...commonSettings,
    ...redisSettings,
    ...tracingSettings,
    WORKER_PORT: portSetting.default(0).describe("The port of health and metrics. 0: any free one."),
    ...modelSettings,
    ENGINE: z
      .enum(["llama.cpp", "vllm"])
      .default("llama.cpp")
      .describe(
        "What runs the model here. `vllm`: the worker starts `vllm serve` on its GPUs; `MODEL` is then a Hugging Face name or folder.",
      ),
    VLLM_COMMAND: z
      .string()
      .default("vllm")
      .describe("With `ENGINE=vllm`, the program to start, such as `/opt/vllm/bin/vllm`."),
    VLLM_ARGS: z
      .string()
      .default("")
      .describe(
        "Further arguments of `vllm serve`, such as `--quantization fp8`; quotes keep spaces together.",
      ),
    MODELS_DIR: z.string().default(".bullpen/models").describe("Where downloaded models are kept."),
    ...hubSettings,
    SLOTS: z
      .union([z.literal("auto"), countSetting(1, 512)], "must be `auto` or a whole number from 1 to 512")
      .optional()
      .meta({
        description: "Queries that generate side by side. `auto`: as many as the memory holds.",
        defaultText: "as tuned, else `auto`; 64 with `LLM_BASE_URL`, 256 with `ENGINE=vllm`",
      }),
    CONTEXT_TOKENS: countSetting(256, 1_048_576).optional().meta({
      description: "Tokens that one query's prompt and completion may take together.",
      defaultText: "as tuned, else 4096; with `ENGINE=vllm` what the model has",
    }),
    THREADS: countSetting(1, 512).optional().meta({
      description: "CPU threads of the model.",
      defaultText: "as tuned, else the cores that the process may use, less one",
    }),
    TUNED_FILE: z
      .string()
      .default(".bullpen/tuned.json")
      .describe("What `bullpen tune` found; a setting in the environment takes precedence."),
    GPU: z.enum(["auto", "off"]).default("auto").describe("`off` keeps the model on the CPU."),
    GPUS_PER_WORKER: z
      .union([z.literal("auto"), countSetting(1, 64)], "must be `auto` or a whole number from 1 to 64")
      .default("auto")
      .describe(
        "GPUs that one worker process takes. `auto`: the fewest that hold the model and enough slots; two with `ENGINE=vllm`.",
      ),
    CUDA_VISIBLE_DEVICES: z.string().optional().meta({
      description: "The GPUs that may be used, as CUDA reads it: indices or UUIDs.",
      defaultText: "all",
    }),
    PROMPT_FORMAT: z
      .enum(["auto", "mixtral", "chat-template"])
      .default("auto")
      .describe(
        "`auto`: Mixtral's instruction format for Mixtral files, for others the chat template that they carry.",
      ),
    LLM_BASE_URL: serverListSetting.optional().meta({
      secret: true,
      description:
        "A server that speaks the OpenAI protocol and takes llama.cpp's place, such as `http://host:8000/v1`; several with commas or spaces between them share the work.",
    }),
    LLM_API_KEY: z.string().optional().meta({
      secret: true,
      description:
        "The server's key. Without it, user and password in `LLM_BASE_URL` are sent as Basic auth.",
    }),
    LLM_API: z
      .enum(["auto", "completions", "chat"])
      .default("auto")
      .describe(
        "How an agent's turns go to such servers, and to vLLM. `completions`: as a prompt with a grammar; `chat`: as a conversation with a JSON schema; `auto`: as prompts where the server takes them.",
      ),
    LLM_TIMEOUT_SECONDS: countSetting(1, 86_400)
      .default(600)
      .describe("How long one turn may take there, its wait for a place included."),
    SPOT_NOTICE_URL: z
      .url({
        protocol: /^(?:https?|file)$/,
        error: "must be a URL that begins with http://, https:// or file:///",
      })
      .optional()
      .describe(
        "Asked every 2 s whether a rented machine is about to be taken back, which drains the worker as SIGTERM does: AWS `http://169.254.169.254/latest/meta-data/spot/instance-action`, Google `http://metadata.google.internal/computeMetadata/v1/instance/preempted`, Azure `http://169.254.169.254/metadata/scheduledevents?api-version=2020-07-01`, or a file that appears then, `file:///run/preempted`.",
      ),
    RETENTION_SECONDS: countSetting(1).default(86_400).describe("How long a query is kept after its end."),
  })
  .refine((settings) => settings.LLM_BASE_URL !== undefined || settings.LLM_MODEL === undefined, {
    path: ["LLM_MODEL"],
    message: "needs LLM_BASE_URL, the server that has the model; a file is named by MODEL",
  })
  .refine((settings) => settings.LLM_API_KEY === undefined || !holdsCredentials(settings.LLM_BASE_URL), {
    path: ["LLM_BASE_URL"],
    message:
      "has a user name or password, and LLM_API_KEY is set: a request can carry one of them. Leave one out",
  })
  .superRefine((settings, context) => {
    for (const [path, message] of faultsOfVllm(settings))
      context.addIssue({ code: "custom", path: [path], message });
  })
  .transform((settings) => ({ ...settings, MODEL_NAME: servedModelName(settings) }));

/** What does not go together with `ENGINE=vllm`. */
function faultsOfVllm(settings: {
  readonly ENGINE: string;
  readonly MODEL: string;
  readonly LLM_BASE_URL?: readonly string[] | undefined;
  readonly GPU: string;
  readonly VLLM_ARGS: string;
}): (readonly [string, string])[] {
  const { ENGINE, MODEL, LLM_BASE_URL, GPU, VLLM_ARGS } = settings;
  if (ENGINE !== "vllm") return [];
  const own = findOwnOption(VLLM_ARGS);
  const isGguf = !MODEL.includes("/") || /^hf:|:\/\//.test(MODEL) || MODEL.endsWith(".gguf");
  const faults: [boolean, string, string][] = [
    [
      LLM_BASE_URL !== undefined,
      "ENGINE",
      "starts a server here, and LLM_BASE_URL names servers that run already. Leave one of them out",
    ],
    [
      isGguf,
      "MODEL",
      "is for llama.cpp. ENGINE=vllm takes a Hugging Face name such as mistralai/Mixtral-8x7B-Instruct-v0.1, or a folder in its format",
    ],
    [GPU === "off", "GPU", "leaves ENGINE=vllm nothing to run on. Leave it out, or take ENGINE=llama.cpp"],
    [own !== undefined, "VLLM_ARGS", `has ${own}, which the worker sets itself. Leave it out`],
  ];
  return faults.filter(([isFault]) => isFault).map(([, name, message]) => [name, message] as const);
}

function holdsCredentials(urls: readonly string[] = []): boolean {
  return urls.some((url) => splitCredentials(url).authorization !== undefined);
}

export type Env = z.output<typeof envSchema>;

export function readEnv(): Env {
  const { CUDA_VISIBLE_DEVICES } = process.env;
  // Of all variables this one means something when it is empty: no GPU.
  const env = CUDA_VISIBLE_DEVICES === "" ? { ...process.env, CUDA_VISIBLE_DEVICES: "-1" } : process.env;
  return parseEnv(envSchema, env);
}

/** The environment of a worker process that sees `gpus` alone. Its parent hears of spot notices, and stops all. */
export function envWithGpus(gpus: readonly string[]): Record<string, string> {
  const entries = Object.entries({ ...process.env, ...gpuSettings(gpus), SPOT_NOTICE_URL: "" });
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Lets this process see `gpus` alone. CUDA reads it when the model is loaded. */
export function showGpus(gpus: readonly string[]): void {
  Object.assign(process.env, gpuSettings(gpus));
}

/** Of the worker's environment what vLLM must not see: the way to Redis and the files, and settings of its server. */
const NOT_FOR_VLLM =
  /^(?:REDIS_.*|S3_.*|LLM_API_KEY(?:_FILE)?|VLLM_COMMAND|VLLM_ARGS|VLLM_API_KEY|HF_TOKEN_FILE)$/;

/** @param token the hub's, which vLLM reads from the variable alone. */
export function envOfVllm({ HF_TOKEN: token }: Pick<Env, "HF_TOKEN">): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => !NOT_FOR_VLLM.test(name));
  return { ...Object.fromEntries(entries), ...(token !== undefined && { HF_TOKEN: token }) };
}

function gpuSettings(gpus: readonly string[]): Record<string, string> {
  return {
    CUDA_VISIBLE_DEVICES: gpus.join(","),
    // By itself CUDA counts from the fastest GPU on; nvidia-smi, and so we, by their place on the bus.
    CUDA_DEVICE_ORDER: process.env.CUDA_DEVICE_ORDER ?? "PCI_BUS_ID",
  };
}
