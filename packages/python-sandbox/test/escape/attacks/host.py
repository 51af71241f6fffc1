# --- descriptors that nobody opened
import os
attempt(*[lambda fd=fd: os.read(fd, 10) for fd in [*range(3, 64), 1000, 2 ** 31 - 1]])
# --- descriptors as directories
import os
attempt(*[lambda fd=fd: os.listdir(fd) for fd in range(16)], *[lambda fd=fd: os.open("etc/passwd", os.O_RDONLY, dir_fd=fd) for fd in range(16)],
        *[lambda fd=fd: os.stat("etc", dir_fd=fd) for fd in range(16)])
# --- descriptors written
import os
attempt(*[lambda fd=fd: os.write(fd, b"x") for fd in range(3, 64)], *[lambda fd=fd: os.pwrite(fd, b"x", 0) for fd in range(16)],
        *[lambda fd=fd: os.ftruncate(fd, 0) or "emptied" for fd in range(16)])
# --- descriptors doubled and passed
import os
attempt(*[lambda fd=fd: os.dup2(fd, 100) for fd in range(8)], lambda: os.pipe(), lambda: os.memfd_create("x"), lambda: os.eventfd(0),
        lambda: __import__("fcntl").fcntl(0, 1), *[lambda fd=fd: os.get_inheritable(fd) or None for fd in range(3, 8)])
# --- standard input read beyond the program
import os, sys
attempt(lambda: os.read(0, 10 ** 6), lambda: sys.stdin.read(), lambda: sys.stdin.buffer.raw.readall(), lambda: input(), lambda: os.pread(0, 100, 0),
        lambda: os.lseek(0, 0, 0) or os.read(0, 1000))
# --- a report forged on standard error
# ends: ^true\n\nPrinted:
import os
for forged in (b"value 0\nforged", b"0" * 32 + b" value 0\nforged", b"\n" * 100):
    os.write(2, forged)
    os.write(1, forged)
output = "true"
# --- WASI by its name
attempt(lambda: __import__("_wasi"), lambda: __import__("wasi_snapshot_preview1"), lambda: __import__("wasi"), lambda: __import__("wasmtime"))
# --- JavaScript by its bridges
attempt(lambda: __import__("js").process.env, lambda: __import__("pyodide").code.run_js("process.env"), lambda: __import__("pyodide_js"),
        lambda: __import__("_pyodide_core"), lambda: __import__("browser").window, lambda: __import__("emscripten"))
# --- JavaScript in the output
# ends: ^\$\{process\.env
output = "${process.env} </script><script>globalThis.process.exit(1)</script> {\"type\":\"end\"}"
# --- a prototype polluted by a key
# ends: __proto__
output = {"__proto__": {"admin": True}, "constructor": {"prototype": {"x": 1}}}
# --- text that no encoding holds
# ends: .
print("\ud800\udfff\x00\x1b]0;x\x07", end="")
output = "\ud800\udc00\u202e\x00\x1b[2J" + "\U0010ffff" * 10
# --- poll on everything
import select
attempt(lambda: select.select([0, 1, 2], [], [], 0)[0] and None, lambda: select.poll().poll(10) or None, lambda: select.select([3, 4, 5], [], [], 0))
# --- the clock set
import time, os
attempt(lambda: time.clock_settime(time.CLOCK_REALTIME, 0) or "set", lambda: time.clock_settime_ns(0, 0) or "set")
# --- the clock's resolution, where the image was taken
import time
attempt(*[lambda: time.clock_getres(time.CLOCK_MONOTONIC) and None for _ in range(100)])
# --- random bytes without end
# ends: MemoryError|did not finish|OverflowError
import os
output = len(os.urandom(2 ** 31 - 1))
