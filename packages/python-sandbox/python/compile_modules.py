"""Compiles the modules of a wheel; runs as a program in a CPython that runs no other program.

The host (src/libraries/compile-modules.ts) writes MARK and NAMES before this text and gives the sources as the
libraries of this run. For each module that compiles, standard output gets a line `name length` and so many bytes: the
kind of the module, one byte, and its marshalled code. A module that does not compile is left out: packages carry files
for other versions of Python.
"""

import marshal
from posix import read, write


def source_of(name):
    write(2, MARK + b" library " + name.encode() + b"\n")
    data = b""
    while chunk := read(0, 1 << 16):
        data += chunk
    return data


def write_all(data):
    while data:
        data = data[write(1, data) :]


for name in NAMES.split("\n"):
    source = source_of(name)
    try:
        # Without docstrings, which are half of a large package and are read by no program.
        code = compile(source[1:], "/libraries/" + name.replace(".", "/"), "exec", dont_inherit=True, optimize=2)
    except (SyntaxError, ValueError):
        continue
    code = source[:1] + marshal.dumps(code)
    write_all(f"{name} {len(code)}\n".encode() + code)
output = "compiled"
