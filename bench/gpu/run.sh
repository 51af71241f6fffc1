#!/usr/bin/env bash
# The GPU benchmark on a machine without network, from the pack that `npm run bench -- gpu-pack` made:
#   bash .bullpen/gpu-pack/run.sh all            # or one stage after the other:
#   bash .bullpen/gpu-pack/run.sh build | generate | profile | engine | agents
# Needs an NVIDIA GPU of 48 GB or more with its driver, the CUDA toolkit (nvcc), CMake, a C++ compiler and xz.
# What it makes stays in .bullpen/gpu/, so that a stage that was cut off can be run again.
set -euo pipefail
pack="$(cd "$(dirname "$0")" && pwd)"
root="$(cd "$pack/../.." && pwd)"
work="$root/.bullpen/gpu"
mkdir -p "$work"
if [ ! -e "$work/unpacked" ] || [ "$pack/pack.tar.xz" -nt "$work/unpacked" ]; then
  tar -xJf "$pack/pack.tar.xz" -C "$work"
  mkdir -p "$work/app/models/demo"
  ln -sfn "$root/models/demo/bullpen-demo.gguf" "$work/app/models/demo/bullpen-demo.gguf"
  touch "$work/unpacked"
fi
export PATH="$PATH:/usr/local/cuda/bin" BULLPEN_GPU_WORK="$work"
export LD_LIBRARY_PATH="${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}/usr/local/cuda/lib64:/usr/local/nvidia/lib64"
cd "$work/app"
exec "$work/node" bench/dist/gpu/main.js "$@"
