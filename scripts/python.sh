#!/bin/sh
# Says where this machine has the Python of .python-version; uv brings it where there is none.
set -u
version=$(cat .python-version)

# Some distributions part `venv` from Python. It says where it is itself: a shim of pyenv's may go, and .venv with it.
path_of() {
    "$1" -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$version')" 2>/dev/null &&
        "$1" -c "import ensurepip, sys, venv; print(sys._base_executable)" 2>/dev/null
}

for python in "${PYTHON:-}" "python$version" python3 python "$HOME"/.pyenv/versions/"$version"*/bin/python; do
    if [ -n "$python" ] && path_of "$python"; then
        exit
    fi
done
if command -v uv >/dev/null 2>&1; then
    if uv python install --quiet "$version" 2>/dev/null && path_of "$(uv python find "$version" 2>/dev/null)"; then
        exit
    fi
    echo "Python $version is missing and uv could not bring it: see why with \`uv python install $version\`." >&2
elif command -v pyenv >/dev/null 2>&1; then
    echo "Python $version is missing; pyenv can bring it: pyenv install $version" >&2
else
    echo "Python $version with its venv is missing: install it (or uv, or pyenv, which bring it) and run make again." >&2
fi
exit 1
