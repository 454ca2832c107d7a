#!/usr/bin/env bash
# `npm run verify`: everything CI runs, each step timed. Needs PostgreSQL, Chromium and the interop venv
# (`.ci/run` installs them); without CI=true a missing one is said and its passes are left out.
set -uo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/node_modules/.bin:$PATH"
failed=()

step() {
  local name=$1 began=$SECONDS
  shift
  printf '\n=== %s\n' "$name"
  if "$@"; then
    printf -- '--- %s: ok (%d s)\n' "$name" $((SECONDS - began))
  else
    printf -- '--- %s: FAILED (%d s)\n' "$name" $((SECONDS - began))
    failed+=("$name")
  fi
}

step 'web build' npm run -s build:web
step 'web budget' node packages/web/scripts/check-budget.mjs
step 'format and lint' npm run -s check:format
step 'types' npm run -s check:types
step 'boundaries' npm run -s check:boundaries
step 'dead code' npm run -s check:dead
step 'tests' npm test
step 'packages' node --conditions=@orrery/source scripts/check-packages.ts
step 'interop' npm run -s test:interop
step 'crash on SQLite' node --conditions=@orrery/source interop/crash.ts --db sqlite --kills 20
step 'crash on PostgreSQL' node --conditions=@orrery/source interop/crash.ts --db postgres --kills 20

if [ "${#failed[@]}" -gt 0 ]; then
  printf '\nverify failed: %s\n' "${failed[*]}"
  exit 1
fi
printf '\nverify: everything passed in %d s\n' "$SECONDS"
