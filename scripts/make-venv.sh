#!/bin/sh
# Makes a virtual environment in the folder $1 with Python 3.13, from wherever this machine has one.
set -u
if [ -L "$1" ]; then
    echo "$1 is a link; what it leads to would be cleared. Remove the link and run make again." >&2
    exit 1
fi
version=$(cat .python-version)

is_wanted() {
    "$1" -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$version')" 2>/dev/null
}

for python in "${PYTHON:-}" "python$version" python3 python "$HOME"/.pyenv/versions/"$version"*/bin/python; do
    if [ -n "$python" ] && is_wanted "$python"; then
        exec "$python" -m venv --clear "$1"
    fi
done
if command -v uv >/dev/null 2>&1; then
    exec uv venv --quiet --clear --seed --python "$version" "$1"
fi
if command -v pyenv >/dev/null 2>&1; then
    echo "Python $version is missing; pyenv can bring it: pyenv install $version" >&2
else
    echo "Python $version is missing: install it (or uv, or pyenv, which bring it) and run make again." >&2
fi
exit 1
