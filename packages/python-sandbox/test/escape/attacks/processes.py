# --- a subprocess
import subprocess
attempt(lambda: subprocess.run(["id"], capture_output=True).stdout, lambda: subprocess.check_output("id", shell=True),
        lambda: subprocess.getoutput("id"), lambda: subprocess.Popen(["sh"]).pid)
# --- os.system and its kin
import os
attempt(*[lambda n=n, a=a: getattr(os, n)(*a) for n, a in (("system", ("id",)), ("popen", ("id",)),
          ("execv", ("/bin/sh", ["sh"])), ("execve", ("/bin/sh", ["sh"], {})), ("spawnlp", (0, "id", "id")),
          ("posix_spawn", ("/bin/sh", ["sh"], {})), ("startfile", ("x",)), ("forkpty", ()))])
# --- _posixsubprocess
attempt(lambda: __import__("_posixsubprocess").fork_exec(["id"], [b"/bin/id"], True, (), None, None, -1, -1, -1, -1, -1, -1, 0, 0, True, False, 0, None, None, None, -1, None, False))
# --- a fork bomb
import os
def bomb():
    pids = []
    while True:
        pids.append(os.fork())
attempt(bomb)
# --- multiprocessing
import multiprocessing
attempt(lambda: multiprocessing.Pool(2).map(str, [1]), lambda: multiprocessing.Process(target=print).start() or "started",
        lambda: multiprocessing.shared_memory.SharedMemory(create=True, size=10).name)
# --- a pool of workers
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
attempt(lambda: ThreadPoolExecutor(2).submit(print).result(1) or "ran", lambda: ProcessPoolExecutor(2).submit(print).result(1) or "ran")
# --- threads without end
import threading, _thread
def spin():
    while True: pass
attempt(*[lambda: threading.Thread(target=spin, daemon=True).start() or "started" for _ in range(100)],
        lambda: _thread.start_new_thread(spin, ()), lambda: threading.Timer(0, spin).start() or "started")
# --- a subinterpreter
attempt(lambda: __import__("_xxsubinterpreters").create(), lambda: __import__("_interpreters").create(),
        # 0: it ran. What it found is its output: the world of a subinterpreter is as small.
        lambda: __import__("_testcapi").run_in_subinterp("import os; raise SystemExit(os.listdir('/etc'))") and None)
# --- signals to the process
import os, signal
attempt(*[lambda p=p, s=s: getattr(os, "kill")(p, s) or "killed" for p in (0, 1, -1, os.getpid()) for s in (9, 15)],
        lambda: os.killpg(0, 9) or "killed")
# --- a signal to itself
# ends: .
import signal
signal.signal(signal.SIGTERM, lambda *_: None)
signal.raise_signal(signal.SIGTERM)
signal.raise_signal(signal.SIGABRT)
output = "held"
# --- an alarm that outlives the program
import signal
attempt(lambda: signal.alarm(1) or "alarm", lambda: signal.setitimer(signal.ITIMER_REAL, 0.1) or "timer")
# --- abort
# ends: brought the Python interpreter down
import os
os.abort()
# --- _exit
# ends: ended the interpreter
import os
os._exit(139)
# --- a crash by faulthandler
# ends: .
import faulthandler
faulthandler._sigsegv()
output = "ESCAPED alive"[8:]
# --- a crash by bad bytecode
# ends: .
def f(): pass
f.__code__ = f.__code__.replace(co_code=b"\x74\xff\xff\xff" * 100, co_stacksize=1)
f()
# --- a crash by a wild constant
# ends: .
def f(): return 1
f.__code__ = f.__code__.replace(co_code=bytes([151, 0, 100, 255, 83, 0]), co_consts=())
print(f())
# --- ctypes
attempt(lambda: __import__("ctypes").CDLL(None).getpid(), lambda: __import__("_ctypes").dlopen("libc.so.6", 2),
        lambda: __import__("ctypes").string_at(0, 100))
# --- cffi, mmap and native extensions
import importlib.machinery
def extension(path):
    loader = importlib.machinery.ExtensionFileLoader("x", path)
    return loader.create_module(importlib.machinery.ModuleSpec("x", loader, origin=path))
attempt(lambda: __import__("cffi").FFI().dlopen(None), lambda: __import__("mmap").mmap(-1, 100),
        lambda: extension("/lib/x86_64-linux-gnu/libc.so.6"), lambda: __import__("_imp").create_dynamic(
        importlib.machinery.ModuleSpec("x", None, origin="/lib/x86_64-linux-gnu/libc.so.6")))
# --- limits raised
attempt(lambda: __import__("resource").setrlimit(0, (-1, -1)) or "raised", lambda: __import__("os").nice(-20),
        lambda: __import__("os").setuid(0) or "root", lambda: __import__("os").sched_setscheduler(0, 1, None) or "scheduled")
# --- a terminal
attempt(lambda: __import__("pty").spawn("sh"), lambda: __import__("termios").tcgetattr(0), lambda: __import__("fcntl").ioctl(0, 0x5413),
        lambda: __import__("curses").initscr(), lambda: __import__("os").ttyname(0))
