import assert from "node:assert/strict";
import { test } from "node:test";
import { findOwnOption, vllmCommand } from "./vllm-command.js";

const OPTIONS = {
  ...{ command: "vllm", args: "", model: "org/m", socketPath: "/tmp/v/api.sock" },
  ...{ gpus: 2, contextTokens: undefined },
};
const SERVE = [
  ...["serve", "org/m", "--uds", "/tmp/v/api.sock", "--served-model-name", "org/m"],
  ...["--enable-prompt-tokens-details", "--enable-tokenizer-info-endpoint", "--disable-uvicorn-access-log"],
];

test("the GPUs that the worker sees share the model", () => {
  assert.deepEqual(vllmCommand(OPTIONS), {
    program: "vllm",
    args: [...SERVE, "--tensor-parallel-size", "2"],
  });
  assert.deepEqual(vllmCommand({ ...OPTIONS, gpus: 1 }).args, SERVE);
  assert.deepEqual(vllmCommand({ ...OPTIONS, args: "-tp 1" }).args, [...SERVE, "-tp", "1"]);
});

test("a context and arguments of the operator's own are passed on", () => {
  const { program, args } = vllmCommand({
    ...OPTIONS,
    command: "/opt/v/bin/python -m vllm.entrypoints.cli.main",
    gpus: 1,
    contextTokens: 8_192,
    args: "--quantization fp8",
  });
  assert.equal(program, "/opt/v/bin/python");
  assert.deepEqual(args, [
    "-m",
    "vllm.entrypoints.cli.main",
    ...SERVE,
    "--max-model-len",
    "8192",
    "--quantization",
    "fp8",
  ]);
});

test("options that the worker sets are found in both forms", () => {
  assert.equal(findOwnOption("--quantization fp8 --port=1"), "--port");
  assert.equal(findOwnOption("--host 0.0.0.0"), "--host");
  assert.equal(findOwnOption("--portal 1 --max-num-seqs 512"), undefined);
});
