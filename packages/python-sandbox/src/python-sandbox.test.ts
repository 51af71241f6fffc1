import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createPythonSandbox } from "./python-sandbox.js";

const signal = new AbortController().signal;
// Far more time than any program below takes, however busy the machine is.
const sandbox = createPythonSandbox({ timeoutMs: 120_000 });
after(() => sandbox.close());

async function value(program: string): Promise<string> {
  const { text, isError } = await sandbox.run(program, signal);
  assert.equal(isError, false, text);
  return text;
}

async function failure(program: string): Promise<string> {
  const { text, isError } = await sandbox.run(program, signal);
  assert.equal(isError, true, text);
  return text;
}

test("the output is shown as str() shows it", async () => {
  assert.equal(await value("output = 7 / 2"), "3.5");
  assert.equal(await value("output = [1, 'a', {2: None}]"), "[1, 'a', {2: None}]");
  assert.equal(await value("output = 'plain text'"), "plain text");
  assert.equal(
    await value("from fractions import Fraction\noutput = Fraction(1, 3) + Fraction(1, 6)"),
    "1/2",
  );
  assert.equal(await value("output = (n * n for n in range(4))"), "[0, 1, 4, 9]");
});

test("an expression alone is a program, and the names of math exist", async () => {
  assert.equal(await value("sqrt(512) * 7"), "158.39191898578665");
  assert.equal(await value("output = math.floor(pi * 100)"), "314");
  assert.equal(await value("pow(3, 4, 5)"), "1", "pow is the builtin");
  assert.equal(await value("e = 5\noutput = e"), "5", "a program's own names come first");
});

test("without an output, the printed text and the last line's value are shown", async () => {
  assert.equal(await value("print('a')\nprint('b')"), "a\nb");
  assert.equal(await value("total = 6\nprint('total')\ntotal * 7"), "total\n42");
  assert.equal(await value("print('seen')\noutput = None"), "seen");
  assert.equal(await value("output = None"), "None");
  assert.equal(await value("print('é ✓ \\ud800')"), "é ✓ \\ud800");
});

test("a program without a result, an empty one and a long one are errors", async () => {
  assert.equal(
    await failure("x = 1"),
    "the program did not set the variable output and printed nothing. Store the result in a variable named output.",
  );
  assert.equal(await failure(" \n"), "the program is empty. Store a result in a variable named output.");
  assert.equal(
    await failure(`x = "${"a".repeat(300_000)}"`),
    "the program has 300006 bytes; at most 262144 are allowed. Write a shorter one.",
  );
});

test("a Markdown fence and the indent of a single line are stripped", async () => {
  assert.equal(await value("```python\noutput = 3\n```"), "3");
  assert.equal(await value("\n   output = 4"), "4");
});

test("the output comes first, then what was printed", async () => {
  assert.equal(await value("print('notes')\noutput = 1"), "1\n\nPrinted:\nnotes");
  assert.equal(await value("output = 6 * 7\nprint(output)"), "42", "not twice");
  assert.equal(await value("output = ''"), "(an empty text)");
});

test("an exception is shown with its name, and with the calls that led to it if the program has several lines", async () => {
  assert.equal(await failure("output = 1 / 0"), "ZeroDivisionError: division by zero");
  assert.equal(
    await failure("x = 1\nx = 2\nx / 0\n"),
    "ZeroDivisionError: division by zero\n  line 3: x / 0",
  );
  assert.equal(
    await failure("def f(n):\n  return n.x\n\nf(1)"),
    "AttributeError: 'int' object has no attribute 'x'\n  line 4: f(1)\n  line 2, in f: return n.x",
  );
  assert.equal(
    await failure("x = 1\noutput = (x"),
    "SyntaxError: '(' was never closed\n  line 2: output = (x",
  );
  assert.equal(await failure("output = 1\0"), "SyntaxError: source code string cannot contain null bytes");
  assert.equal(await failure("raise KeyboardInterrupt"), "KeyboardInterrupt");
  assert.equal(await failure("input()"), "EOFError: EOF when reading a line");
  assert.equal(
    await failure("import statistics\nstatistics.mean([])"),
    "statistics.StatisticsError: mean requires at least one data point\n  line 2: statistics.mean([])",
  );
});

test("an exception is shown with Python's own suggestion and what was printed before", async () => {
  assert.equal(await failure("squrt(2)"), "NameError: name 'squrt' is not defined. Did you mean: 'sqrt'?");
  assert.match(await failure("output = datetime.date(1, 2, 3)"), /Did you forget to import 'datetime'$/);
  assert.match(await failure("[].appendd(1)"), /Did you mean: 'append'\?$/);
  assert.equal(
    await failure("print('so far')\n1 / 0"),
    ["ZeroDivisionError: division by zero", "  line 2: 1 / 0", "", "Printed:", "so far"].join("\n"),
  );
});

test("a module that there is not is named, with those to use in its place", async () => {
  const told = (name: string) =>
    `ModuleNotFoundError: there is no module '${name}' here. Packages cannot be installed. Write the program with Python's standard library: math, cmath, statistics, fractions, decimal, random, itertools, functools, collections, datetime, zoneinfo, calendar, re, json.`;
  assert.equal(await failure("import sympy"), told("sympy"));
  assert.equal(await failure("from numpy.linalg import inv"), told("numpy"));
  assert.equal(
    await failure("import math\nimport sympy\noutput = 1"),
    `${told("sympy")}\n  line 2: import sympy`,
  );
  const named = told("x").match(/: (math.*)\.$/)?.[1] ?? "";
  assert.equal(await value(`import ${named}\noutput = 1`), "1", "all of them can be imported");
  for (const name of ["None", "5", "''", "type('S', (str,), {'__getitem__': None})('s')"])
    assert.match(
      await failure(`raise ModuleNotFoundError('mine', name=${name})`),
      /^ModuleNotFoundError: mine/,
    );
});

test("an output whose str() raises is an error of the program", async () => {
  const program = "class A:\n  def __str__(self):\n    raise ValueError('no text')\noutput = A()";
  assert.equal(
    await failure(program),
    "ValueError: no text\n  line 3, in __str__: raise ValueError('no text')",
  );
});

test("sys.exit ends the program, and its output still counts", async () => {
  assert.equal(await value("import sys\noutput = 5\nsys.exit(1)"), "5");
  assert.equal(await value("print('done')\nexit()"), "done");
  assert.equal(await failure("import sys\nsys.exit('no data')"), "the program left with sys.exit: no data");
  assert.match(await failure("import os\nos._exit(0)"), /ended the interpreter/);
  assert.match(await failure("import os\nos.abort()"), /brought the Python interpreter down/);
});

test("huge integers are shown up to a limit, then described", async () => {
  assert.equal(await value("output = len(str(2 ** 100000))"), "30103");
  const long = await value("output = 10 ** 10000");
  assert.equal(long, `1${"0".repeat(8191)} … [1809 more characters cut]`);
  assert.match(await failure("output = 10 ** 1000000"), /integer of about 1000001 digits/);
});

test("control characters are escaped", async () => {
  assert.equal(await value("output = 'a\\x00\\x1b[0m\\ud800\\tb'"), "a\\x00\\x1b[0m\\ud800\tb");
});

test("random numbers differ between runs", async () => {
  const numbers = await Promise.all(
    Array.from({ length: 8 }, () => value("import random\noutput = random.random()")),
  );
  assert.equal(new Set(numbers).size, numbers.length);
  const secrets = await Promise.all([1, 2].map(() => value("import secrets\noutput = secrets.token_hex()")));
  assert.notEqual(secrets[0], secrets[1]);
});

test("a deep traceback is cut in the middle", async () => {
  const text = await failure("def f(n):\n  return 1 / 0 if n == 0 else f(n - 1)\nf(50)");
  assert.equal(text.split("\n").length, 7, text);
  assert.match(text, /^ZeroDivisionError: .*\n {2}line 3: f\(50\)\n.*\n {2}… 47 more calls …\n/);
});

test("an iterator is shown as a list of its first hundred items", async () => {
  const shown: [output: string, text: string][] = [
    ["reversed([1, 2])", "[2, 1]"],
    ["iter('ab')", "['a', 'b']"],
    ["map(str, [1, 2])", "['1', '2']"],
    ["itertools.permutations('ab')", "[('a', 'b'), ('b', 'a')]"],
    ["itertools.groupby('aab')", "[('a', ['a', 'a']), ('b', ['b'])]"],
    ["itertools.chain([1], reversed([2]))", "[1, 2]"],
    ["iter({'k': 1}.items()), [zip([1], [2])]", "([('k', 1)], [[(1, 2)]])"],
    ["{'a': filter(None, [0, 1])}", "{'a': [1]}"],
    ["re.finditer('a', 'b')", "[]"],
    ["Countdown()", "[2, 1]"],
    ["Named()", "my own text"],
    ["range(3), {1: 2}.keys()", "(range(0, 3), dict_keys([1]))"],
    ["loop", "[1, [...]]"],
  ];
  const setUp = `import itertools, re
class Countdown:
  n = 3
  def __iter__(self): return self
  def __next__(self):
    self.n -= 1
    if self.n == 0: raise StopIteration
    return self.n
class Named(Countdown):
  def __str__(self): return "my own text"
loop = [1]
loop.append(loop)
`;
  for (const [output, text] of shown) assert.equal(await value(`${setUp}output = ${output}`), text, output);
  const hundred = Array.from({ length: 100 }, (_, i) => i).join(", ");
  assert.equal(await value("import itertools\noutput = itertools.count()"), `[${hundred}, …]`);
  assert.equal(await value("output = (n for n in range(100))"), `[${hundred}]`);
});

test("time zones are known by name", async () => {
  const program = `from datetime import datetime
from zoneinfo import ZoneInfo
noon = datetime(2024, 7, 1, 12, tzinfo=ZoneInfo("Europe/Berlin"))
output = [str(noon.astimezone(ZoneInfo(z))) for z in ("America/New_York", "Asia/Kolkata", "UTC")], noon.tzname()`;
  assert.equal(
    await value(program),
    "(['2024-07-01 06:00:00-04:00', '2024-07-01 15:30:00+05:30', '2024-07-01 10:00:00+00:00'], 'CEST')",
  );
  assert.equal(await value("import zoneinfo\n'Asia/Tokyo' in zoneinfo.available_timezones()"), "True");
  for (const name of ["Europe/Berlim", "*", "", "../etc/passwd", "é", "+01:00"]) {
    assert.match(await failure(`import zoneinfo\nzoneinfo.ZoneInfo(${JSON.stringify(name)})`), /Error/);
  }
  assert.equal(
    await value("import zoneinfo, sys\nzoneinfo.ZoneInfo('UTC')\nsys.stdin.read()"),
    "(an empty text)",
  );
});

test("nesting too deep for the parser and a MemoryError have their own messages", async () => {
  const deep = ["(".repeat(150) + ")".repeat(150), "[".repeat(5_000), `${"-".repeat(50_000)}1`];
  for (const expression of deep) {
    assert.match(await failure(`output = ${expression}`), /nests too deeply|too many nested|never closed/);
  }
  const literal = "import ast\nast.literal_eval('[' * 100_000)";
  assert.match(await failure(literal), /^RecursionError: the program nests too deeply/);
  assert.match(await failure("x = bytearray(1 << 30)"), /^MemoryError: the program needed more than 256 MiB/);
});

test("line numbers of a traceback follow Python's line ends", async () => {
  assert.equal(
    await failure("x = 'a\u2028b\f'\r\ny = 1\r1 / 0"),
    "ZeroDivisionError: division by zero\n  line 3: 1 / 0",
  );
});

test("endless recursion is an error, through Python and through C", async () => {
  const deep = /^RecursionError: maximum recursion depth exceeded/;
  assert.match(await failure("def f(): return f()\nf()"), deep);
  assert.match(await failure("class A:\n  def __repr__(self): return repr(self)\noutput = A()"), deep);
  assert.match(await failure("x = []\nfor _ in range(100000): x = [x]\noutput = x"), deep);
  assert.match(await failure(`output = 1${"+1".repeat(50_000)}`), deep);
});

test("text and printing beyond the limit are cut, with a note", async () => {
  const text = await value("output = 'a' * 10_000_000");
  assert.equal(text, `${"a".repeat(8192)} … [9991808 more characters cut]`);
  const printed = await value("for _ in range(100000): print('x' * 9)");
  assert.ok(printed.startsWith("xxxxxxxxx\nxxxxxxxxx\n"));
  assert.ok(printed.endsWith(" … [983616 more bytes cut]"), printed.slice(-60));
});

test("nothing that a program writes to a descriptor is taken for its result", async () => {
  const report = "value 0 0\\nforged";
  const program = `import os
for forged in (b"${report}", b"0" * 32 + b" ${report}"):
    os.write(1, forged)
    os.write(2, forged)
output = "true"`;
  assert.match(await value(program), /^true\n\nPrinted:\nvalue 0 0\n/);
  assert.match(await failure(`${program}\nos._exit(0)`), /ended the interpreter/);
});

test("concurrent programs do not mix", async () => {
  const numbers = Array.from({ length: 12 }, (_, i) => i);
  const values = await Promise.all(numbers.map((i) => value(`secret = ${i}\noutput = secret * 10`)));
  assert.deepEqual(
    values,
    numbers.map((i) => String(i * 10)),
  );
});

test("nothing of a program reaches the next one", async () => {
  const poison = `import builtins, math, sys
builtins.len = builtins.str = builtins.print = lambda *a: "poisoned"
math.sqrt = lambda x: "poisoned"
sys.modules["statistics"] = None
try:
    open("/usr/local/lib/python3.12/statistics.py", "w").write("poisoned = 1")
except OSError:
    pass
leak = 1
output = [1]`;
  assert.equal(await value(poison), "[1]", "the supervisor keeps its own builtins");
  const check =
    "import statistics\noutput = [len('ab'), str(sqrt(4)), statistics.mean([1, 3]), 'leak' in globals()]";
  for (let i = 0; i < 4; i++) assert.equal(await value(check), "[2, '2.0', 2, False]");
});
