#!/bin/sh
# Makes the demo model anew: vocabulary, training on generated transcripts, conversion, evaluation.
# Needs Python 3.11 or later, a CUDA GPU for the training, and the repository's node_modules.
# Usage: sh models/demo/make.sh [minutes of training, 20 by default]
set -eu
cd "$(dirname "$0")"
minutes=${1:-20}
mkdir -p build
npm install --silent --no-save --prefix build mistral-tokenizer-js@1.0.0
node vocabulary.mjs build/node_modules/mistral-tokenizer-js build/vocabulary.json
python3 -m venv build/venv
build/venv/bin/pip install --quiet -r requirements.txt
python=build/venv/bin/python
$python generate.py --count 200 > build/examples.jsonl
$python train.py build/demo.pt --vocabulary build/vocabulary.json --minutes "$minutes"
$python convert.py build/demo.pt bullpen-demo.gguf --vocabulary build/vocabulary.json
$python evaluate.py bullpen-demo.gguf
