#!/bin/sh
# Starts Redis with a password, and with a user for tool-workers that can do their work and nothing else.
# Arguments are Redis' own. docs/threat-model.md says what the rules of that user hold.
set -eu
set -f # the rules hold asterisks
: "${REDIS_PASSWORD:?}" "${TOOL_WORKER_REDIS_PASSWORD:?}"
rules=$(cat "$(dirname "$0")/tool-worker.acl")
# shellcheck disable=SC2086 # each rule is an argument of its own
exec docker-entrypoint.sh redis-server "$@" \
  --requirepass "$REDIS_PASSWORD" \
  --user tool-worker on ">$TOOL_WORKER_REDIS_PASSWORD" $rules
