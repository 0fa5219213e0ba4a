#!/bin/sh
# `uv.sh ARGUMENTS`: uv of PATH, else the pinned one in the cache folder, which is fetched once from PyPI.
# `uv.sh --check ARGUMENTS` first makes sure that the python3 of PATH is recent enough to run the project.
set -eu
version=0.13.9
minimum=3.11
if [ "${1-}" = --check ]; then
  shift
  found=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null || true)
  case $found in
    3.[0-9] | 3.10 | 2.*)
      echo "python3 on PATH is Python $found; this needs $minimum or newer: install it, or put it first on PATH" >&2
      exit 2 ;;
    "") command -v uv >/dev/null 2>&1 || {
      echo "there is no python3 on PATH that runs; install Python $minimum or newer" >&2
      exit 2
    } ;;
  esac
fi
if command -v uv >/dev/null 2>&1; then exec uv "$@"; fi
folder=${XDG_CACHE_HOME:-$HOME/.cache}/nationgraph-platform/uv-$version
if [ ! -x "$folder/bin/uv" ]; then
  echo "Fetching uv $version from PyPI" >&2
  python3 -m venv "$folder" || {
    echo "python3 -m venv failed: install the package python3-venv" >&2
    exit 2
  }
  "$folder/bin/python" -m pip install --quiet --disable-pip-version-check "uv==$version" || {
    echo "uv $version could not be fetched from PyPI: install uv (https://docs.astral.sh/uv) and put it on PATH" >&2
    exit 2
  }
fi
exec "$folder/bin/uv" "$@"
