# --- os.environ
import os
attempt(lambda: dict(os.environ), lambda: os.getenv("{{variable}}"), lambda: os.getenv("PATH"), lambda: os.environb)
# --- the environment by C
import posix
attempt(lambda: posix.environ, lambda: posix.getenv("{{variable}}"))
# --- the arguments and the executable
import sys
attempt(lambda: [a for a in sys.orig_argv + sys.argv if a not in ("python", "-c")], lambda: sys.executable and "node" in sys.executable)
# --- where Python was built and stands
import sysconfig, site
attempt(lambda: [p for p in sysconfig.get_paths().values() if "{{folder}}" in p], lambda: "{{variable}}" in str(sysconfig.get_config_vars()) or None,
        lambda: [p for p in site.getsitepackages() if __import__("os").path.exists(p)])
# --- who runs the process
import os
attempt(lambda: os.getuid() and "user", lambda: os.getgroups(), lambda: os.uname().nodename.replace("(none)", "").replace("localhost", "") or None,
        lambda: os.cpu_count() and None, lambda: os.getloadavg(), lambda: os.getppid() > 1 or None)
# --- the platform module
import platform
attempt(lambda: platform.freedesktop_os_release(), lambda: {platform.node()} - {"", "localhost", "(none)"} or None,
        lambda: platform.libc_ver()[0])
# --- what the garbage collector knows
import gc
attempt(lambda: [o for o in gc.get_objects() if isinstance(o, str) and "{{secret}}"[1:] in o],
        lambda: [k for o in gc.get_objects() if isinstance(o, dict) for k in list(o) if k == "{{variable}}"])
# --- frames above the program
import sys
def frames():
    frame, found = sys._getframe(), []
    while frame:
        for space in (frame.f_globals, frame.f_locals):
            found += [v for k, v in list(space.items()) if k == "{{variable}}" or isinstance(v, str) and v == "{{" + "secret}}"]
        frame = frame.f_back
    return found
attempt(frames)
# --- memory read through a forged object
import gc, sys
attempt(lambda: memoryview(bytearray(b"x")).cast("B", (1,)).obj[10 ** 6], lambda: memoryview(b"x")[-10 ** 6],
        lambda: __import__("array").array("B", b"x")[10 ** 6], lambda: __import__("struct").unpack_from("B", b"x", -10 ** 6))
# --- memory left over by others
# The other run kept `mark` in a variable, in a list and in text that it formatted.
import gc
mark = "{{neighbour}}"[:-1]
block = bytearray(20 * 1024 * 1024)
attempt(lambda: bytes(block).strip(b"\0")[:100], lambda: globals().get("neighbour"),
        lambda: [o for o in gc.get_objects() if type(o) is list and any(type(v) is str and v[:-1] == mark and len(v) > len(mark) for v in o[:50])])
