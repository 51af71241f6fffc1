# --- builtins replaced
import builtins
for name in ("len", "str", "print", "open", "exec", "compile", "sum", "isinstance", "type", "zip", "max", "id"):
    setattr(builtins, name, lambda *a, **k: "ESCAPED"[:0] + "poisoned")
output = "held"
# --- the modules replaced
import math, statistics, json, random, sys, datetime
math.sqrt = statistics.mean = json.dumps = random.random = lambda *a: "poisoned"
for name in list(sys.modules):
    if name not in ("sys", "builtins"): sys.modules[name] = None
output = "held"
# --- constants of the interpreter changed
import sys
sys.setrecursionlimit(60)
sys.set_int_max_str_digits(640)
sys.setswitchinterval(1000)
output = "held"
# --- decimal's context and random's state
import decimal, random, locale
decimal.getcontext().prec = 2
decimal.DefaultContext.prec = 2
random.seed(1)
random.seed = random.random = lambda *a: 4
output = "held"
# --- traces and profiles left running
import sys, threading
sys.settrace(lambda *a: None)
sys.setprofile(lambda *a: None)
sys.addaudithook(lambda event, args: (_ for _ in ()).throw(RuntimeError(event)) if event == "compile" else None)
output = "held"
# --- types changed by force
import gc
for holder in gc.get_referents(int.__dict__, str.__dict__, list.__dict__):
    if isinstance(holder, dict) and "__add__" in holder:
        try: holder["__add__"] = lambda a, b: "poisoned"
        except TypeError: pass
output = "held"
# --- an interned constant changed
import gc
for thing in gc.get_objects():
    if type(thing) is dict and thing.get("__name__") in ("math", "datetime", "statistics"):
        thing["planted"] = "poisoned"
output = "held"
# --- finalisers and weak references left behind
import weakref, atexit, gc
class Trap:
    def __del__(self):
        import builtins
        builtins.len = lambda x: "poisoned"
kept = [Trap() for _ in range(1000)]
for trap in kept: trap.ring = kept
weakref.finalize(kept[0], print, "poisoned")
atexit.register(setattr, __builtins__, "len", None)
output = "held"
# --- the collector off and the heap full
import gc
gc.disable()
gc.freeze()
kept = [bytearray(b"\xff" * 1000) for _ in range(10_000)]
output = "held"
# --- the supervisor's functions replaced
import sys
def poison():
    frame = sys._getframe()
    while frame:
        if "outcome_of" in frame.f_globals:
            frame.f_globals["outcome_of"] = lambda source: ("value", "poisoned")
            frame.f_globals["main"].__code__ = (lambda: None).__code__
        frame = frame.f_back
attempt(poison)
# --- warnings turned into errors, streams closed
import sys, warnings, os
warnings.simplefilter("error")
sys.stdin.close()
sys.stdout.close()
sys.stderr.close()
for fd in range(8):
    try: os.close(fd)
    except OSError: pass
output = "held"
# --- codecs and import caches poisoned
import codecs, sys, linecache
codecs.register(lambda name: None)
codecs.register_error("backslashreplace", lambda error: ("poisoned", error.end))
sys.path[:] = []
sys.meta_path[:] = []
sys.path_hooks[:] = []
linecache.cache["<program>"] = (1, None, ["poisoned"], "<program>")
output = "held"
