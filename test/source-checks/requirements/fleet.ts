import type { Requirement } from "./requirement.js";

export const FLEET = {
  "unresponsive-replaced": {
    promise: "a process that answers nothing any more is killed, logs where it was blocked, and starts again",
    tests: [
      "test/process/unresponsive.test.ts: a process that is stopped for good",
      "test/process/unresponsive.test.ts: a process goes on after a pause",
    ],
  },
  "no-orphans": {
    promise:
      "however a stack ends, in whatever phase, it does so in bounded time and leaves no process behind",
    tests: [
      "test/process/ends-of-a-stack.test.ts: a terminal that is closed while a stack starts",
      "test/process/ends-of-a-stack.test.ts: a stack that is killed while it starts",
      "test/process/ends-of-a-stack.test.ts: Redis comes back when it dies",
      "test/process/ends-of-a-stack.test.ts: a stack ends with the npm that started it",
    ],
  },
  "stack-on-full-disk": {
    promise: "`npm start` lives through a full disk, and works again once there is room",
    tests: ["test/process/ends-of-a-stack.test.ts: a stack lives through a full disk"],
  },
  "own-folder": {
    promise: "a stack has its data folder alone, and finds it again whatever the last one left there",
    tests: [
      "apps/cli/src/stack/data-folder.test.ts: two stacks of one name",
      "apps/cli/src/stack/data-folder.test.ts: a folder whose stack was killed is taken by one of many",
    ],
  },
  "gpu-pairs": {
    promise: "a host's GPUs are worked in pairs, a process each: one that dies is replaced, all stop as one",
  },
  heartbeat: {
    promise: "every worker that lives is seen with its model, slots, speed and GPUs, and a dead one is not",
  },
  "plain-chat": {
    promise:
      "a query or chat without tools is plain: the model's own text, of the caller's conversation as the model's chat template has it",
  },
  "openai-engine": {
    promise: "a server that speaks the OpenAI protocol can take llama.cpp's place, and everything else stays",
  },
  "openai-engine-fails": {
    promise: "a model server that is away, full, slow or broken delays queries or fails them by name",
  },
  "openai-servers": {
    promise:
      "several model servers share the work by load, a query goes back to the one that has its prefix, and one that ends, hangs or drains costs a repeat at most",
  },
  "vllm-engine": {
    promise:
      "with ENGINE=vllm a worker starts vLLM on its GPUs, starts it again when it dies, and leaves no process of it, however it ends itself",
  },
  "tune-measures": {
    promise: "tuned settings come from the real engine, are used by the next worker, and are never a guess",
  },
} satisfies Record<string, Requirement>;
