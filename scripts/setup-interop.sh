#!/usr/bin/env bash
# Makes .cache/interop-venv: the genuine Python package `prefect`, which interop/ and bench/ compare us with.
# uv, not pip: 3.9.1 wants a certifi older than some mirrors hold, and pip's answer to that is to install 3.8.8
# without a word. uv's override lifts the bound, and the version is checked at the end whatever happened.
set -euo pipefail

version=3.9.1
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cache="$root/.cache"
venv="$cache/interop-venv"
stamp="$venv/.prefect-$version-ready"

if [[ -f "$stamp" && -x "$venv/bin/prefect" ]]; then
  echo "$venv"
  exit 0
fi

mkdir -p "$cache"
exec 9>"$cache/setup-interop.lock"
flock 9
if [[ -f "$stamp" ]]; then
  echo "$venv"
  exit 0
fi

python=''
for candidate in "${ORRERY_INTEROP_PYTHON:-}" python3 python3.11 python3.12 python3.13 python3.14; do
  [[ -n "$candidate" ]] || continue
  if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(not ((3, 11) <= sys.version_info[:2] <= (3, 15)))' 2>/dev/null; then
    python="$candidate"
    break
  fi
done
if [[ -z "$python" ]]; then
  echo 'setup-interop: no Python 3.11 to 3.15 with venv found; set ORRERY_INTEROP_PYTHON' >&2
  exit 1
fi

uv="$(command -v uv || true)"
if [[ -z "$uv" ]]; then
  bootstrap="$cache/uv-venv"
  if [[ ! -x "$bootstrap/bin/uv" ]]; then
    "$python" -m venv --clear "$bootstrap"
    "$bootstrap/bin/python" -m pip install --quiet --disable-pip-version-check uv
  fi
  uv="$bootstrap/bin/uv"
fi

overrides="$cache/interop-overrides.txt"
echo 'certifi>=2026.1' >"$overrides"
"$python" -m venv --clear --without-pip "$venv"
"$uv" pip install --quiet --python "$venv/bin/python" --override "$overrides" "prefect==$version"

found="$("$venv/bin/python" -c 'from importlib.metadata import version; print(version("prefect"))')"
if [[ "$found" != "$version" ]]; then
  echo "setup-interop: installed prefect $found, wanted $version" >&2
  exit 1
fi
# The PostgreSQL driver comes with the package; a missing one would only show when the bench starts.
"$venv/bin/python" -c 'import asyncpg, aiosqlite'
"$venv/bin/python" -m compileall -q "$venv/lib" >/dev/null 2>&1 || true
touch "$stamp"
echo "$venv"
