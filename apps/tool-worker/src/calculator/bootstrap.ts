/**
 * What CPython is started with. The supervisor below runs in a namespace of its own whose builtins are a
 * copy, so that a program that replaces `str` or `len` fools nobody but itself; the program runs in
 * `__main__`, where it finds only what it would find in a script, and the names of `math`.
 */
const LOADER = [
  "import builtins, sys",
  'exec(sys.argv.pop(), {"__builtins__": dict(vars(builtins)), "space": globals()})',
].join("\n");

/**
 * Imported before the image is taken, so that a program's own import of them costs nothing. Imported in a run
 * of its own, each takes 5 to 80 ms.
 */
const PRELOADED = [
  "bisect, calendar, cmath, collections, contextlib, copy, dataclasses, datetime, decimal, fractions",
  "functools, heapq, itertools, json, math, operator, random, re, statistics, string, time, typing, zoneinfo",
];

/**
 * The supervisor prepares `main`, tells where in the memory it lies (its address and that of an empty tuple,
 * on standard error) and asks for the clock's resolution: there the host takes the image. The call was chosen
 * because Python makes it without letting go of its lock and never makes it by itself. Every run then begins
 * as if that call had called `main`.
 *
 * For `main`, standard input is one line with a mark and the most characters of a report, then the program.
 * Standard output is the program's. The report goes to standard error behind the mark: `kind cut`, a newline,
 * and the text.
 *
 * - The value of a last statement that is an expression is kept, as in Python's own prompt, and reported
 *   when the program did not set an output.
 * - What is printed is written line by line, so that it can be told when the time is up.
 * - `pow` of math stays out: it would shadow the builtin, which is exact and takes a modulus.
 * - Integers turn into text up to 100,000 digits (Python's default of 4,300 guards servers, not calculators).
 * - One MiB is held in reserve, so that a MemoryError can still be told; SLACK bytes of heap are free in the
 *   image, so that small programs do not make the memory grow.
 * - An iterator is shown by its items: its own text would be an address.
 * - Time zones are asked of the host, behind the mark on standard error and answered on standard input.
 * - What Python draws by chance when it starts is in the image and the same for all runs of a process: the
 *   seed of `hash`, and the state of `random`. The latter is drawn anew at the start of each run; the former
 *   decides only the order of sets, of which CPython promises nothing.
 */
const SUPERVISOR = String.raw`
import ${PRELOADED.join(", ")}
import _ast, builtins, io, sys, traceback
from posix import _exit, read, write

FILE = "<program>"
LAST = "value of the last line"
DIGITS = 100_000
SLACK = 8 << 20
GENERATOR = type(_ for _ in ())
ZONE = re.compile("[A-Za-z][A-Za-z0-9_+/-]{0,63}")
SHOWN_ITEMS = 100
LOOKED_THROUGH = 1000

class TooLong(Exception):
    pass

class More:
    def __repr__(self):
        return "…"

def read_all():
    data = b""
    while chunk := read(0, 1 << 16):
        data += chunk
    return data

def compiled(source):
    tree = compile(source, FILE, "exec", _ast.PyCF_ONLY_AST, dont_inherit=True)
    if tree.body and isinstance(tree.body[-1], _ast.Expr):
        last = tree.body[-1]
        where = {name: getattr(last, name) for name in last._attributes}
        tree.body[-1] = _ast.Assign([_ast.Name(LAST, _ast.Store(), **where)], last.value, **where)
    return compile(tree, FILE, "exec", dont_inherit=True)

def places_of(error):
    if isinstance(error, SyntaxError) and error.filename == FILE:
        return [(error.lineno or 0, "<module>")]
    places = []
    step = error.__traceback__
    while step:
        if step.tb_frame.f_code.co_filename == FILE:
            places.append((step.tb_lineno or 0, step.tb_frame.f_code.co_name))
        step = step.tb_next
    return places

def trace_of(error, source):
    lines = re.split("\r\n|[\n\r]", source.decode("utf-8", "replace"))
    if len(lines) < 2:
        return []
    places = places_of(error)
    shown = []
    for at, (line, name) in enumerate(places):
        if 2 <= at < len(places) - 3 and len(places) > 6:
            if at == 2:
                shown.append(f"  … {len(places) - 5} more calls …")
            continue
        text = lines[line - 1].strip() if 0 < line <= len(lines) else ""
        where = f"line {line}" if name == "<module>" else f"line {line}, in {name}"
        shown.append(f"  {where}: {text[:160]}")
    return shown

def message_of(error):
    if isinstance(error, TooLong):
        return str(error)
    if isinstance(error, SyntaxError):
        return f"{type(error).__name__}: {error.msg}"
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
    """Iterators whose text is no more than their address (or, of itertools, how they began)."""
    kind = type(value)
    if not hasattr(kind, "__next__"):
        return False
    if kind is GENERATOR or kind.__module__ == "itertools":
        return True
    return kind.__repr__ is object.__repr__ and kind.__str__ is object.__str__

def holds_lazy(values, depth):
    return len(values) <= LOOKED_THROUGH and any(is_lazy(v) or depth and is_nest(v) and holds_lazy(v, depth - 1) for v in values)

def is_nest(value):
    return type(value) in (list, tuple)

def taken(value, depth=3):
    """The value with the items of iterators in their places, the first hundred of each."""
    if is_lazy(value):
        items = [taken(item, depth - 1) if depth else item for item in itertools.islice(value, SHOWN_ITEMS + 1)]
        return items if len(items) <= SHOWN_ITEMS else [*items[:SHOWN_ITEMS], More()]
    if is_nest(value) and holds_lazy(value, depth):
        return type(value)(taken(item, depth - 1) if depth else item for item in value)
    if type(value) is dict and holds_lazy(value.values(), 0):
        return {key: taken(item, 0) for key, item in value.items()}
    return value

def shown(value):
    if type(value) is int and value.bit_length() > DIGITS * 3.3219281:
        digits = int(value.bit_length() * 0.30103) + 1
        raise TooLong(f"the output is an integer of about {digits} digits, too long to show.")
    return str(taken(value))

def outcome_of(source):
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

def ask_zone(name):
    write(2, mark + f" zone {name}\n".encode())
    return read_all()

def load_tzdata(key):
    if ZONE.fullmatch(key) and (data := ask_zone(key)):
        return io.BytesIO(data)
    raise zoneinfo.ZoneInfoNotFoundError(f"No time zone found with key {key}")

def available_timezones():
    return set(ask_zone("*").decode().split("\n"))

def main():
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
    """Makes Python build what it builds at first use, before the image is taken."""
    space_before = dict(space)
    for source in (b"output = 1\nprint", b"x = 1\ny = undefined_name", b"x = 1\ny = (x"):
        try:
            outcome_of(source)
        except BaseException as error:
            "\n".join([message_of(error), *trace_of(error, source)])
    space.clear()
    space.update(space_before)

stdout = sys.stdout
stdout.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
sys.set_int_max_str_digits(DIGITS)
sys.orig_argv = ["python"]
builtins.exit = builtins.quit = sys.exit
zoneinfo._common.load_tzdata = load_tzdata
zoneinfo.available_timezones = available_timezones
reseed = random.seed
del space["sys"], space["builtins"]
space.update({n: v for n, v in vars(math).items() if n[0] != "_" and not hasattr(builtins, n)}, math=math)
rehearse()
reserve = bytearray(1 << 20)
bytearray(SLACK)
NO_ARGUMENTS = ()
write(2, f"{id(main)} {id(NO_ARGUMENTS)}".encode())
time.clock_getres(time.CLOCK_MONOTONIC)
`;

// -I: no environment, no user site; -S: no site module (half of the start); -B: no cache files.
export const PYTHON_ARGUMENTS: readonly string[] = ["python", "-I", "-S", "-B", "-c", LOADER, SUPERVISOR];

/** Standard input of a run whose report carries at most `valueCharacters` of text. */
export function programInput(mark: string, valueCharacters: number, program: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`${mark} ${valueCharacters}\n`), program]);
}
