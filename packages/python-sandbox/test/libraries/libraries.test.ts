import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { bootPython, createPythonSandbox, openLibraries, type PythonSandbox } from "#src/index.js";
import { writeWheel } from "./write-wheel.js";

const signal = new AbortController().signal;
const SHAPES = {
  "shapes/__init__.py": "from .square import area\nAREA = area(3)\n",
  "shapes/square.py": '"""Squares."""\ndef area(side):\n    return side * side\n',
  "shapes/old.py": "print 'a file for Python 2'\n",
  "shapes/names.txt": "square\n",
  "shapes/data.py": "import pkgutil\nNAMES = pkgutil.get_data('shapes', 'names.txt').decode().split()\n",
  "shapes/broken.py": "def fail():\n    return 1 / 0\n",
  "shapes/tests/test_area.py": "import unittest\n",
  "shapes-1.2.dist-info/METADATA": "Name: shapes\n",
};

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "bullpen-libraries-"));
});
after(() => rm(folder, { recursive: true, force: true }));

describe("programs import modules of wheels", () => {
  let sandbox: PythonSandbox;
  const answer = async (program: string) => (await sandbox.run(program, signal)).text;
  before(async () => {
    await writeWheel(folder, "shapes-1.2", SHAPES);
    await writeWheel(folder, "six_pack-1", { "six_pack.py": "COUNT = 6\n" });
    const snapshot = await bootPython();
    const libraries = await openLibraries({ paths: [folder] });
    assert.deepEqual(libraries.titles, ["shapes 1.2", "six-pack 1"]);
    sandbox = createPythonSandbox({ timeoutMs: 60_000, libraries, boot: async () => snapshot });
  });
  after(() => sandbox.close());

  test("packages, modules in them, and modules that are a file", async () => {
    assert.equal(await answer("import shapes\nshapes.AREA"), "9");
    assert.equal(await answer("from shapes.square import area\narea(5)"), "25");
    assert.equal(
      await answer("import shapes.square as s\n(s.__name__, s.__package__)"),
      "('shapes.square', 'shapes')",
    );
    assert.equal(await answer("import six_pack\nsix_pack.COUNT"), "6");
  });

  test("the files beside modules", async () => {
    assert.equal(await answer("from shapes.data import NAMES\nNAMES"), "['square']");
    const missing = await answer("import pkgutil\npkgutil.get_data('shapes', '../../etc/passwd')");
    assert.match(missing, /^FileNotFoundError: /);
  });

  test("an error in a library is told with the program's own lines", async () => {
    const text = await answer("from shapes import broken\nx = 1\nbroken.fail()");
    assert.equal(text, "ZeroDivisionError: division by zero\n  line 3: broken.fail()");
  });

  test("what is not there is told, with all that is", async () => {
    for (const [program, name] of [
      ["import numpy", "numpy"],
      ["import shapes.round", "shapes.round"],
      ["import shapes.old", "shapes.old"],
      ["import shapes.tests", "shapes.tests"],
    ]) {
      const text = await answer(program ?? "");
      assert.ok(text.startsWith(`ModuleNotFoundError: there is no module '${name}' here. `), text);
      assert.match(text, /Python's standard library: math, .*, json; or with shapes, six_pack\.$/);
    }
  });

  test("a program changes its own copy only", async () => {
    const poison =
      "import shapes, shapes.square, sys\nshapes.AREA = 1\nshapes.square.area = len\nsys.modules.clear()";
    await sandbox.run(poison, signal);
    assert.equal(
      await answer("import shapes, shapes.square\n(shapes.AREA, shapes.square.area(2))"),
      "(9, 4)",
    );
  });

  test("the standard library takes precedence", async () => {
    await writeWheel(folder, "statistics-1", { "statistics.py": "mean = None\n" });
    const libraries = await openLibraries({ paths: [join(folder, "statistics-1-py3-none-any.whl")] });
    const other = createPythonSandbox({
      timeoutMs: 60_000,
      libraries,
      maxConcurrent: 1,
      spareInterpreters: 0,
    });
    assert.equal((await other.run("import statistics\nstatistics.mean([1, 3])", signal)).text, "2");
    await other.close();
    await rm(join(folder, "statistics-1-py3-none-any.whl"));
  });
});

describe("a wheel", () => {
  let own: string;
  const notices: string[] = [];
  const open = (...paths: string[]) => openLibraries({ paths, onNotice: (text) => notices.push(text) });
  beforeEach(async () => {
    notices.length = 0;
    own = await mkdtemp(join(folder, "own-"));
  });

  test("is compiled once, and again when it or its code has changed", async () => {
    const wheel = await writeWheel(own, "a-1", { "a.py": "A = 1\n" });
    const first = await (await open(own)).ready;
    assert.deepEqual(notices.splice(0), ["compiling a 1 for the Calculator, once"]);
    assert.deepEqual(await (await open(own)).ready, first);
    assert.deepEqual(notices, []);
    for (const damage of [
      () => truncate(`${wheel}.compiled`, 100),
      () => writeFile(`${wheel}.compiled`, "{}\n"),
      () => writeWheel(own, "a-1", { "a.py": "A = 22\n" }),
    ]) {
      await damage();
      await (await open(own)).ready;
      assert.equal(notices.splice(0).length, 1);
    }
  });

  test("that cannot be used is named, with the remedy", async () => {
    const native = await writeWheel(own, "n-1", { "n/__init__.py": "", "n/fast.cpython-312.so": "" });
    await assert.rejects(
      open(native),
      /n-1-py3-none-any\.whl cannot be used: it has machine code \(n\/fast.*pip download/,
    );
    await rm(native);
    const wheel = await writeWheel(own, "a-1", { "a.py": "A = 1\n" });
    const platform = join(own, "a-1-cp312-cp312-manylinux_2_17_x86_64.whl");
    await writeFile(platform, await readFile(wheel));
    await assert.rejects(open(platform), /is no wheel of pure Python: its name must end in -none-any\.whl/);
    await rm(platform);
    await truncate(wheel, 50);
    await assert.rejects(
      open(own),
      /a-1-py3-none-any\.whl cannot be used: it is no zip file, or its end is missing/,
    );
    await rm(wheel);
    await assert.rejects(
      open(join(own, "none.whl")),
      /none\.whl cannot be read .*Name a wheel or a folder of wheels/,
    );
    await writeWheel(own, "b-1", { "same.py": "" });
    await writeWheel(own, "b-2", { "same.py": "" });
    await assert.rejects(open(own), /b-1.*\.whl and .*b-2.*\.whl both bring same\. Remove one of them\./);
  });

  test("without modules brings nothing, and closing stops compiling", async () => {
    await writeWheel(own, "e-1", { "e.txt": "no module" });
    const empty = await open(own);
    assert.deepEqual(empty.names, []);
    await empty.ready;
    await writeWheel(own, "f-1", { "f.py": "F = 1\n" });
    const libraries = await open(own);
    libraries.close();
    await assert.rejects(libraries.ready);
  });
});
