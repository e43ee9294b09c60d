#!/bin/sh
# Has make bring the targets "$@" where one is missing or out of date, whoever else runs make in this folder.
unset MAKEFLAGS MFLAGS MAKELEVEL
make -q "$@" 2>/dev/null && exit
PYTHON=$(sh scripts/python.sh) || exit
export PYTHON
exec "$PYTHON" -m scripts.prepare "$@"
