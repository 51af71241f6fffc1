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
 * Standard input is a mark (one line), then the program. Standard output is the program's. The report goes
 * to standard error behind the mark: `kind line cut`, a newline, and at most LIMIT characters of text.
 *
 * - The value of a last statement that is an expression is kept, as in Python's own prompt, and reported
 *   when the program did not set an output.
 * - `pow` of math stays out: it would shadow the builtin, which is exact and takes a modulus.
 * - Integers turn into text up to 100,000 digits (Python's default of 4,300 guards servers, not calculators).
 * - One MiB is held in reserve, so that a MemoryError can still be told.
 */
const SUPERVISOR = String.raw`
import _ast, builtins, math, sys
from posix import _exit, read, write

FILE = "<program>"
LAST = "value of the last line"
DIGITS = 100_000
LIMIT = int(sys.argv.pop())
LAZY = (map, filter, zip, enumerate, type(_ for _ in ()))

class TooLong(Exception):
    pass

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

def line_of(error):
    if isinstance(error, SyntaxError) and error.filename == FILE:
        return error.lineno or 0
    line = 0
    step = error.__traceback__
    while step:
        if step.tb_frame.f_code.co_filename == FILE:
            line = step.tb_lineno or 0
        step = step.tb_next
    return line

def message_of(error):
    name = type(error).__name__
    if isinstance(error, TooLong):
        return str(error)
    try:
        detail = str(error.msg if isinstance(error, SyntaxError) else error)
    except BaseException:
        return name
    return f"{name}: {detail}" if detail else name

def shown(value):
    if type(value) is int and value.bit_length() > DIGITS * 3.3219281:
        digits = int(value.bit_length() * 0.30103) + 1
        raise TooLong(f"the output is an integer of about {digits} digits, too long to show.")
    if isinstance(value, LAZY):
        value = [item for _, item in zip(range(1000), value)]
    return str(value)

def outcome_of(source):
    try:
        exec(compiled(source.decode()), space)
    except SystemExit as stop:
        if "output" not in space and stop.code not in (None, 0):
            return "exit", 0, str(stop.code)
    if space.get("output") is not None:
        return "value", 0, shown(space["output"])
    if "output" in space:
        return "null", 0, ""
    last = space.get(LAST)
    return ("missing", 0, "") if last is None else ("last", 0, shown(last))

def main():
    reserve = bytearray(1 << 20)
    mark, _, source = read_all().partition(b"\n")
    try:
        kind, line, text = outcome_of(source)
    except BaseException as error:
        reserve = None
        kind, line, text = "error", line_of(error), message_of(error)
        if isinstance(error, MemoryError):
            space.clear()
    try:
        stdout.flush()
    except BaseException:
        pass
    body = text[:LIMIT].encode("utf-8", "backslashreplace")
    write(2, mark + f"{kind} {line} {max(0, len(text) - LIMIT)}\n".encode() + body)
    _exit(0)

stdout = sys.stdout
stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
sys.set_int_max_str_digits(DIGITS)
sys.orig_argv = ["python"]
builtins.exit = builtins.quit = sys.exit
del space["sys"], space["builtins"]
space.update({n: v for n, v in vars(math).items() if n[0] != "_" and not hasattr(builtins, n)}, math=math)
main()
`;

/** The command line of an interpreter whose reports carry at most `valueCharacters` of a value's text. */
export function pythonArguments(valueCharacters: number): string[] {
  // -I: no environment, no user site; -S: no site module (half of the start); -B: no cache files.
  return ["python", "-I", "-S", "-B", "-c", LOADER, String(valueCharacters), SUPERVISOR];
}
