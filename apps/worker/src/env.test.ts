import assert from "node:assert/strict";
import { test } from "node:test";
import { parseEnv } from "@bullpen/runtime";
import { envSchema } from "./env.js";

const VLLM = { ENGINE: "vllm", MODEL: "org/model" };

test("settings that do not go with ENGINE=vllm are named", () => {
  const cases: [Record<string, string>, RegExp][] = [
    [{ MODEL: "demo" }, /MODEL=demo: is for llama\.cpp/],
    [{ MODEL: "/models/x.gguf" }, /MODEL=\/models\/x\.gguf: is for llama\.cpp/],
    [{ MODEL: "hf:org/repo/x.gguf" }, /MODEL=hf:.*: is for llama\.cpp/],
    [{ MODEL: "https://host/x.gguf?sig=1" }, /MODEL=https:.*: is for llama\.cpp/],
    [{ LLM_BASE_URL: "http://a/v1" }, /ENGINE=vllm: .*LLM_BASE_URL/],
    [{ GPU: "off" }, /GPU=off: leaves ENGINE=vllm nothing/],
    [{ VLLM_ARGS: "--port 1" }, /VLLM_ARGS=--port 1: has --port/],
    [{ ENGINE: "sglang" }, /ENGINE=sglang/],
  ];
  for (const [settings, message] of cases)
    assert.throws(() => parseEnv(envSchema, { ...VLLM, ...settings }), message);
  assert.equal(parseEnv(envSchema, VLLM).MODEL_NAME, "model");
});
