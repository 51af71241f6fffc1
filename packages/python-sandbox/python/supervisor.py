"""Runs one program inside the sandbox's CPython and reports how it ended.

The host starts CPython with this text as an argument (src/snapshot/python-arguments.ts). This module then
prepares `main`, writes the address of `main` and of an empty tuple to standard error, and asks for the
resolution of a clock. At that call the host copies the memory: the snapshot. Python makes that call while it
holds its lock, and never makes it by itself. Every run continues from the snapshot as if that call had
called `main`.

For `main`, standard input is one line with a mark and the maximum length of a report in characters, followed
by the program. Standard output belongs to the program. The report goes to standard error after the mark:
` kind cut`, a newline and the text (the kinds are in src/run/program-end.ts).

This module runs in a namespace of its own, with a copy of the builtins: a program that replaces `str` or
`len` affects only itself. The program runs in `space`, the namespace of `__main__`.
"""

# Imported before the snapshot, so that importing them costs a program nothing. In a run each takes 5 to 80 ms.
import bisect, calendar, cmath, collections, contextlib, copy, dataclasses, datetime, decimal, fractions
import functools, heapq, itertools, json, math, operator, random, re, statistics, string, time, typing, zoneinfo

import _ast, builtins, importlib.machinery, io, marshal, sys, traceback
from posix import _exit, read, write

# The file name in the program's tracebacks.
FILE = "<program>"
# The variable that receives the value of a last statement that is an expression. No program can spell it.
LAST = "value of the last line"
# Integers become text up to this many digits. Python's default of 4,300 protects servers, not calculators.
DIGITS = 100_000
# Heap that is free in the snapshot: a small program does not make the memory grow.
SLACK = 8 << 20
# Freed before a failure is reported, so that a MemoryError can be reported too.
RESERVE = 1 << 20
GENERATOR = type(_ for _ in ())
# The names that src/host/time-zone-file.ts accepts.
ZONE = re.compile("[A-Za-z][A-Za-z0-9_+/-]{0,63}")
# Items of an iterator that are shown: a model reads no more, and an endless iterator needs an end.
SHOWN_ITEMS = 100
# Longer containers are shown without searching them for iterators: the search must cost less than the text.
MAX_SEARCHED = 1000
# What a program that misses a module is told to use: the modules that most programs need, imported above.
USUAL_MODULES = (
    "math, cmath, statistics, fractions, decimal, random, itertools, functools, collections, datetime, zoneinfo, "
    "calendar, re, json"
)
# The file names of modules in libraries begin so; the first byte of a package's data.
LIBRARY_ROOT = "/libraries/"
PACKAGE = 2
LONGEST_KEY = 240
BITS_PER_DIGIT = 3.3219281
DIGITS_PER_BIT = 0.30103


class TooLong(Exception):
    pass


class LibraryFinder:
    """Finds and loads the modules of libraries, whose code and data the host has (src/libraries/libraries.ts)."""

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if not (data := ask_library(name)):
            return None
        is_package = data[0] == PACKAGE
        file = LIBRARY_ROOT + name.replace(".", "/") + ("/__init__.py" if is_package else ".py")
        spec = importlib.machinery.ModuleSpec(name, cls, origin=file, loader_state=data, is_package=is_package)
        spec.has_location = True
        return spec

    @staticmethod
    def create_module(spec):
        return None

    @staticmethod
    def exec_module(module):
        spec = module.__spec__
        code = marshal.loads(memoryview(spec.loader_state)[1:])
        spec.loader_state = None
        exec(code, vars(module))

    @staticmethod
    def get_data(path):
        """The bytes of a file beside a library's modules: what pkgutil.get_data asks for."""
        if path.startswith(LIBRARY_ROOT) and (data := ask_library(path[len(LIBRARY_ROOT) - 1 :])):
            return data[1:]
        raise FileNotFoundError(2, "No such file in the library", path)


class More:
    def __repr__(self):
        return "…"


def read_all():
    data = b""
    while chunk := read(0, 1 << 16):
        data += chunk
    return data


def compiled(source):
    """The program's code. A last statement that is an expression assigns its value to LAST."""
    tree = compile(source, FILE, "exec", _ast.PyCF_ONLY_AST, dont_inherit=True)
    if tree.body and isinstance(tree.body[-1], _ast.Expr):
        last = tree.body[-1]
        where = {name: getattr(last, name) for name in last._attributes}
        tree.body[-1] = _ast.Assign([_ast.Name(LAST, _ast.Store(), **where)], last.value, **where)
    return compile(tree, FILE, "exec", dont_inherit=True)


def frames_of(error):
    """Line number and function name of each frame of the program that the error passed through."""
    if isinstance(error, SyntaxError) and error.filename == FILE:
        return [(error.lineno or 0, "<module>")]
    frames = []
    step = error.__traceback__
    while step:
        if step.tb_frame.f_code.co_filename == FILE:
            frames.append((step.tb_lineno or 0, step.tb_frame.f_code.co_name))
        step = step.tb_next
    return frames


def trace_of(error, source):
    """The traceback's lines: none for a program of one line, at most seven otherwise."""
    lines = re.split("\r\n|[\n\r]", source.decode("utf-8", "replace"))
    if len(lines) < 2:
        return []
    frames = frames_of(error)
    trace = []
    for at, (line, name) in enumerate(frames):
        if 2 <= at < len(frames) - 3 and len(frames) > 6:
            if at == 2:
                trace.append(f"  … {len(frames) - 5} more calls …")
            continue
        text = lines[line - 1].strip() if 0 < line <= len(lines) else ""
        where = f"line {line}" if name == "<module>" else f"line {line}, in {name}"
        trace.append(f"  {where}: {text[:160]}")
    return trace


def message_of(error):
    if isinstance(error, TooLong):
        return str(error)
    if isinstance(error, SyntaxError):
        return f"{type(error).__name__}: {error.msg}"
    if isinstance(error, ModuleNotFoundError) and type(error.name) is str and error.name:
        there_is = f"Python's standard library: {USUAL_MODULES}"
        if names := ask_library("*").decode():
            there_is += f"; or with {names}"
        return (
            f"ModuleNotFoundError: there is no module {error.name[:80]!r} here. Packages cannot be installed. "
            f"Write the program with {there_is}."
        )
    if is_parser_overflow(error):
        return "RecursionError: the program nests too deeply. Use fewer brackets or operators inside each other."
    try:
        about = traceback.TracebackException(type(error), error, error.__traceback__, limit=-1, compact=True)
        return "".join(about.format_exception_only()).strip()
    except BaseException:
        return type(error).__name__


def is_parser_overflow(error):
    return isinstance(error, MemoryError) and error.args[:1] != () and "Parser stack" in str(error.args[0])


def is_lazy(value):
    """Whether the value is an iterator whose text is its address (or, for itertools, its initial state)."""
    kind = type(value)
    if not hasattr(kind, "__next__"):
        return False
    if kind is GENERATOR or kind.__module__ == "itertools":
        return True
    return kind.__repr__ is object.__repr__ and kind.__str__ is object.__str__


def has_lazy(values, depth):
    if len(values) > MAX_SEARCHED:
        return False
    return any(is_lazy(v) or depth and is_nested(v) and has_lazy(v, depth - 1) for v in values)


def is_nested(value):
    return type(value) in (list, tuple)


def expanded(value, depth=3):
    """The value with each iterator replaced by a list of its first items."""
    if is_lazy(value):
        first = itertools.islice(value, SHOWN_ITEMS + 1)
        items = [expanded(item, depth - 1) if depth else item for item in first]
        return items if len(items) <= SHOWN_ITEMS else [*items[:SHOWN_ITEMS], More()]
    if is_nested(value) and has_lazy(value, depth):
        return type(value)(expanded(item, depth - 1) if depth else item for item in value)
    if type(value) is dict and has_lazy(value.values(), 0):
        return {key: expanded(item, 0) for key, item in value.items()}
    return value


def shown(value):
    """The text of a value. Raises TooLong for an integer that has more digits than DIGITS."""
    if type(value) is int and value.bit_length() > DIGITS * BITS_PER_DIGIT:
        digits = int(value.bit_length() * DIGITS_PER_BIT) + 1
        raise TooLong(f"the output is an integer of about {digits} digits, too long to show.")
    return str(expanded(value))


def outcome_of(source):
    """Runs the program. Returns the kind and text of its report, or raises what the program raised."""
    try:
        exec(compiled(source.decode()), space)
    except SystemExit as stop:
        if "output" not in space and stop.code not in (None, 0):
            return "exit", str(stop.code)
    if space.get("output") is not None:
        return "value", shown(space["output"])
    if "output" in space:
        return "null", ""
    last = space.get(LAST)
    return ("missing", "") if last is None else ("last", shown(last))


def failure_of(error, source):
    global reserve
    reserve = None
    if isinstance(error, MemoryError) and not is_parser_overflow(error):
        space.clear()
        return "memory", "\n".join(trace_of(error, source))
    return "error", "\n".join([message_of(error), *trace_of(error, source)])


def ask(question):
    """Asks the host: a marked line on standard error, answered on standard input."""
    write(2, mark + f" {question}\n".encode("ascii", "replace"))
    return read_all()


def ask_zone(name):
    return ask(f"zone {name}")


def ask_library(key):
    """A module, a file or, for `*`, the names of what libraries bring. Empty if there is none."""
    return ask(f"library {key}") if len(key) <= LONGEST_KEY else b""


def load_tzdata(key):
    if ZONE.fullmatch(key) and (data := ask_zone(key)):
        return io.BytesIO(data)
    raise zoneinfo.ZoneInfoNotFoundError(f"No time zone found with key {key}")


def available_timezones():
    return set(ask_zone("*").decode().split("\n"))


def main():
    """Runs one program, from standard input to the report. Does not return."""
    global mark
    reseed()
    head, _, source = read_all().partition(b"\n")
    mark, limit = head.split()
    limit = int(limit)
    try:
        kind, text = outcome_of(source)
    except BaseException as error:
        kind, text = failure_of(error, source)
    try:
        stdout.flush()
    except BaseException:
        pass
    body = text[:limit].encode("utf-8", "backslashreplace")
    write(2, mark + f" {kind} {max(0, len(text) - limit)}\n".encode() + body)
    _exit(0)


def rehearse():
    """Makes Python build what it builds at first use, before the snapshot is taken."""
    space_before = dict(space)
    for source in (b"output = 1\nprint", b"x = 1\ny = undefined_name", b"x = 1\ny = (x"):
        try:
            outcome_of(source)
        except BaseException as error:
            "\n".join([message_of(error), *trace_of(error, source)])
    space.clear()
    space.update(space_before)


stdout = sys.stdout
# Line by line: what a program has printed can be read when its time is up.
stdout.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
sys.set_int_max_str_digits(DIGITS)
sys.orig_argv = ["python"]
builtins.exit = builtins.quit = sys.exit
zoneinfo._common.load_tzdata = load_tzdata
zoneinfo.available_timezones = available_timezones
# The snapshot fixes what Python draws at random when it starts: the seed of `hash`, which decides only the
# order of sets, and the state of `random`, which each run seeds again.
reseed = random.seed
del space["sys"], space["builtins"]
# The names of math, without those of builtins: `pow` of math would hide the builtin, which is exact and takes
# a modulus.
space.update({n: v for n, v in vars(math).items() if n[0] != "_" and not hasattr(builtins, n)}, math=math)
rehearse()
sys.meta_path.append(LibraryFinder)
reserve = bytearray(RESERVE)
bytearray(SLACK)
NO_ARGUMENTS = ()
write(2, f"{id(main)} {id(NO_ARGUMENTS)}".encode())
time.clock_getres(time.CLOCK_MONOTONIC)
