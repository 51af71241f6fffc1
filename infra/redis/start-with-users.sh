#!/bin/sh
# Starts Redis with a user for each process of Bullpen, who can do that process's work and nothing else, and with the
# default user for operators. Arguments are Redis' own. docs/threat-model.md says what the rules hold.
#
# Passwords come from <USER>_REDIS_PASSWORD, such as TOOL_WORKER_REDIS_PASSWORD, or from the file that
# <USER>_REDIS_PASSWORD_FILE names; else it is REDIS_PASSWORD, or REDIS_PASSWORD_FILE, the default user's own.
set -eu
set -f # the rules hold asterisks

setting() { eval "value=\${$1:-} file=\${$1_FILE:-}"; if [ -n "$file" ]; then cat "$file"; else printf %s "$value"; fi; }
hash() { printf %s "$1" | sha256sum | cut -d ' ' -f 1; }

password=$(setting REDIS_PASSWORD)
: "${password:?set REDIS_PASSWORD, or REDIS_PASSWORD_FILE to a file that holds it}"
set -- "$@" --user default on "#$(hash "$password")" '~*' '&*' +@all
while read -r _ name rules; do
  own=$(setting "$(printf %s "$name" | tr a-z- A-Z_)_REDIS_PASSWORD")
  # shellcheck disable=SC2086 # each rule is an argument of its own
  set -- "$@" --user "$name" on "#$(hash "${own:-$password}")" $rules
done <"$(dirname "$0")/users.acl"
exec docker-entrypoint.sh redis-server "$@"
