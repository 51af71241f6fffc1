import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { bootPython, createPythonSandbox, openLibraries, type PythonSandbox } from "#src/index.js";

const FOLDER = fileURLToPath(new URL("../../../../../.bullpen/calculator-libraries", import.meta.url));
const skip = existsSync(`${FOLDER}/fetched.txt`)
  ? false
  : "the libraries could not be fetched on this machine";
const signal = new AbortController().signal;

/** What models write, and the answer. */
const PROGRAMS = [
  [
    "import sympy as sp\nx = sp.symbols('x')\nprint(sp.solve(sp.Eq(x**2 - 5*x + 6, 0), x))\nfrom sympy import *\nprint(integrate(sin(x)*exp(x), (x, 0, pi)))\nprint(factorint(3600))",
    "[2, 3]\n1/2 + exp(pi)/2\n{2: 4, 3: 2, 5: 2}",
  ],
  ["from mpmath import mp\nmp.dps = 30\nmp.zeta(3)", "1.20205690315959428539973816151"],
  ["from dateutil import parser\nparser.parse('3 Nov 2024 5pm')", "2024-11-03 17:00:00"],
  [
    "from dateutil.relativedelta import relativedelta\nfrom datetime import date\ndate(2024, 1, 31) + relativedelta(months=1)",
    "2024-02-29",
  ],
  [
    "from datetime import datetime\nfrom dateutil import tz\ndatetime(2024, 7, 1, tzinfo=tz.gettz('Asia/Tokyo')).utcoffset()",
    "9:00:00",
  ],
  ["import six, tzdata\n(six.PY3, tzdata.__version__[:2])", "(True, '20')"],
] as const;

describe("the libraries that set-up fetches", { skip }, () => {
  let sandbox: PythonSandbox;
  before(async () => {
    const snapshot = await bootPython();
    const libraries = await openLibraries({ paths: [FOLDER] });
    sandbox = createPythonSandbox({
      timeoutMs: 120_000,
      memoryMiB: 128,
      libraries,
      boot: async () => snapshot,
    });
  });
  after(() => sandbox.close());

  test("run what models write", async () => {
    const outcomes = await Promise.all(PROGRAMS.map(([program]) => sandbox.run(program, signal)));
    assert.deepEqual(
      outcomes.map(({ text }) => text),
      PROGRAMS.map(([, text]) => text),
    );
  });

  test("leave the memory limit in force", async () => {
    const program = "import sympy\nprint(len(bytearray(30 << 20)))\noutput = len(bytearray(100 << 20))";
    const { text } = await sandbox.run(program, signal);
    assert.match(text, /^MemoryError: the program needed more than 128 MiB/);
    assert.ok(text.endsWith(`Printed:\n${30 << 20}`), text);
  });
});
