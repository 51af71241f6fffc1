#!/usr/bin/env bash
# The whole product on a machine without network, from the pack that `npm run bench -- served-pack` made:
#   bash .bullpen/served-pack/run.sh --url http://127.0.0.1:8000/v1
# Unpacks to /tmp/bullpen-served and leaves the results in its app/bench/results.
set -euo pipefail
pack="$(cd "$(dirname "$0")" && pwd)"
work=/tmp/bullpen-served
if [ ! -e "$work/unpacked" ]; then
  mkdir -p "$work"
  tar -xJf "$pack/pack.tar.xz" -C "$work"
  touch "$work/unpacked"
fi
export PATH="$work/bin:$PATH"
cd "$work/app"
exec "$work/node" bench/dist/main.js served-agents "$@"
