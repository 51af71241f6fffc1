# --- a library's modules and loader replaced
import sys, fixture
finder = sys.meta_path[-1]
fixture.VALUE = "poisoned"
finder.find_spec = finder.get_data = finder.exec_module = lambda *a: "poisoned"
sys.meta_path.clear()
fixture.__spec__.loader_state = b"poisoned"
output = "held"
# --- the host asked for files by way of libraries
import sys
supervisor = vars(sys.meta_path[-1])["find_spec"].__func__.__globals__
ask = supervisor["ask"]
attempt(*[lambda key=key: ask(f"library {key}") for key in (
    "{{file}}", "/{{file}}", "../../../../{{file}}", "/fixture/../../{{file}}", "__proto__", "constructor",
    "toString", "x" * 100_000, "\0", "/", "")])
# --- data read through the loader of a library
import sys
finder = sys.meta_path[-1]
attempt(lambda: finder.get_data("{{file}}"), lambda: finder.get_data("/libraries/../{{file}}"),
        lambda: finder.get_data("/libraries/{{file}}"), lambda: finder.get_data("/libraries//etc/passwd"))
# --- an answer written over before it is read
import sys, posix
supervisor = vars(sys.meta_path[-1])["find_spec"].__func__.__globals__
posix.write(2, supervisor["mark"] + b" library fixture\n")
part = posix.read(0, 1)
posix.write(2, supervisor["mark"] + b" library fixture\n" * 100_000)
while posix.read(0, 1 << 16): pass
output = "held"
# --- code of a library replaced by code of the program
import sys, types, fixture
fixture.double.__code__ = (lambda n: "poisoned").__code__
sys.modules["fixture"] = types.ModuleType("fixture")
output = "held"
