import assert from "node:assert/strict";
import { test } from "node:test";
import { LoadingProgress } from "./loading-progress.js";

test("stages are told, and the weights by tenths, each once", () => {
  const progress = new LoadingProgress();
  const said = [
    "(EngineCore_DP0 pid=7) INFO 11-28 06:00:00 [gpu_model_runner.py:2602] Starting to load model org/m...",
    "Loading safetensors checkpoint shards:   5% Completed | 1/19 [00:01<00:20,  1.1s/it]",
    "Loading safetensors checkpoint shards:  42% Completed | 8/19 [00:08<00:11,  1.0s/it]",
    "Loading safetensors checkpoint shards:  47% Completed | 9/19 [00:09<00:10,  1.0s/it]",
    "(EngineCore_DP0 pid=7) INFO [gpu_model_runner.py:2653] Model loading took 43.6 GiB and 21.2 seconds",
    "Capturing CUDA graphs (mixed prefill-decode, PIECEWISE):  13%|█▎ | 9/67",
    "Capturing CUDA graphs (mixed prefill-decode, PIECEWISE):  15%|█▍ | 10/67",
    'INFO:     127.0.0.1:5 - "GET /health HTTP/1.1" 200 OK',
  ].map((line) => progress.read(line));
  assert.deepEqual(said, [
    "loading the weights",
    undefined,
    "weights: 40 %",
    undefined,
    "the weights are loaded",
    "capturing CUDA graphs",
    undefined,
    undefined,
  ]);
});
