# --- object's subclasses to os
def walk():
    for kind in object.__subclasses__():
        space = getattr(getattr(kind, "__init__", None), "__globals__", {})
        if "sys" in space:
            os = space["sys"].modules["os"]
            return os.listdir("/etc")
attempt(walk)
# --- object's subclasses to Popen
attempt(lambda: [k for k in object.__subclasses__() if k.__name__ == "Popen"][0]("id", shell=True),
        lambda: [k for k in ().__class__.__base__.__subclasses__() if "wrap_close" in k.__name__][0].__init__.__globals__["system"]("id"))
# --- warnings' module globals
attempt(lambda: [c for c in ().__class__.__mro__[1].__subclasses__() if c.__name__ == "catch_warnings"][0]()._module.__builtins__["open"]("/etc/passwd").read())
# --- builtins found again after they were deleted
attempt(lambda: (lambda: 0).__globals__["__builtins__"].open("/etc/passwd").read(),
        lambda: print.__self__.open("/etc/passwd").read(), lambda: eval("open('/etc/passwd').read()", {}),
        lambda: exec("import os; os.listdir('/etc')") or None)
# --- a format string that walks attributes
import os
class Event:
    def __init__(self): self.level = 1
CONFIG = {"key": "canary"}
attempt(lambda: [t for t in ["{0.__init__.__globals__[os].environ}".format(Event())] if t != "environ({})"],
        lambda: [t for t in ["{0.__class__.__init__.__globals__[__builtins__]}".format(Event())] if "{{secret}}" in t],
        lambda: "{0.__class__.__mro__[1].__subclasses__}".format(Event()) and None)
# --- a format string with a huge width
# ends: MemoryError|did not finish|too large|Too many decimal digits
output = "{:>9999999999}".format(1)
# --- a format of a number with a huge precision
# ends: MemoryError|did not finish|ValueError|OverflowError|precision too (big|large)
output = f"{1.5:.2147483647f}"
# --- an exception's traceback walked to the frames
def walk():
    try:
        1 / 0
    except Exception as error:
        frame = error.__traceback__.tb_frame
        while frame.f_back: frame = frame.f_back
        return frame.f_globals["__builtins__"]["open"]("/etc/passwd").read()
attempt(walk)
# --- an exception whose text runs code
# ends: .
class Trap(Exception):
    def __str__(self): return open("{{file}}").read()
raise Trap()
# --- an exception whose name is a lie
# ends: .
class Meta(type):
    @property
    def __name__(self): return "ESCAPED "[:0] + "x" * 10 ** 6
class Trap(Exception, metaclass=Meta): pass
raise Trap("{" * 10)
# --- an exception hook
# ends: ZeroDivisionError
import sys, traceback
sys.excepthook = lambda *a: print("ESCAPED")
traceback.TracebackException = traceback.print_exception = lambda *a, **k: None
1 / 0
# --- an output whose text runs code
# ends: .
class Trap:
    def __str__(self):
        import os
        return "ESCAPED" if os.path.exists("/etc") else "held"
output = Trap()
# --- an output that lies about its type
# ends: .
class Trap(str):
    __class__ = int
    def bit_length(self): return float("inf")
    def __len__(self): return -1
    def __getitem__(self, key): return self
    def encode(self, *a): return open("/etc/passwd").read()
output = Trap("held")
# --- a pickle that runs code
import pickle, os
class Trap:
    def __reduce__(self): return (open, ("/etc/passwd",))
attempt(lambda: pickle.loads(pickle.dumps(Trap())).read(), lambda: pickle.loads(b"cos\nsystem\n(S'id'\ntR."))
# --- marshal and raw code objects
import marshal, types
attempt(lambda: exec(marshal.loads(marshal.dumps(compile("open('/etc/passwd').read()", "x", "exec")))) or None,
        lambda: types.FunctionType(compile("__import__('os').listdir('/etc')", "x", "eval"), {})())
# --- import tricks
import importlib, sys
attempt(lambda: importlib.import_module("os").listdir("/etc"), lambda: __import__("o" + "s").listdir("/etc"),
        lambda: sys.modules["posix"].listdir("/etc"), lambda: importlib.reload(__import__("posix")).listdir("/etc"),
        lambda: importlib.machinery.BuiltinImporter.load_module("posix").listdir("/etc"),
        lambda: importlib.machinery.FrozenImporter.load_module("os").listdir("/etc"))
# --- an import hook
import sys
class Hook:
    def find_spec(self, name, path, target=None):
        return open("/etc/passwd").read() and None
sys.meta_path.insert(0, Hook())
sys.path_hooks.insert(0, lambda path: open("/etc/passwd"))
attempt(lambda: __import__("planted"))
# --- code from a string in every way
import code, codeop, timeit, doctest
attempt(lambda: timeit.timeit("open('/etc/passwd')", number=1), lambda: code.InteractiveInterpreter().runsource("open('/etc/passwd').read()") or None,
        lambda: eval(compile("open('/etc/passwd').read()", "", "eval")), lambda: type("X", (), {"__init__": lambda s: None}) and None)
# --- the debugger and the test modules
attempt(lambda: __import__("_testcapi").pymem_buffer_overflow() or None, lambda: __import__("_testinternalcapi").get_configs()["config"]["executable"] and None,
        lambda: __import__("pdb").Pdb().set_trace() or None)
# --- the supervisor's frames
# ends: ^(held|forged)
# A program may forge the report about itself: it could have said the same as its output.
import sys
def frames():
    frame = sys._getframe(1)
    while frame.f_back:
        frame = frame.f_back
        if "mark" in frame.f_locals:
            import os
            os.write(2, frame.f_locals["mark"] + b" value 0\nforged")
            return None
attempt(frames)
