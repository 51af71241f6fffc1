# --- a loop without end
# ends: did not finish
while True: pass
# --- a loop that catches everything
# ends: did not finish
while True:
    try:
        while True: pass
    except BaseException: pass
# --- a deadline outwaited in sleep
# ends: did not finish
import time
time.sleep(10 ** 6)
# --- a sleep by select
# ends: .
import select
attempt(lambda: select.select([], [], [], 10 ** 6) and None)
# --- 10 ** 10 ** 8
# ends: did not finish|MemoryError
output = 10 ** 10 ** 8
# --- a native sum without end
# ends: did not finish
import itertools
output = sum(itertools.repeat(1))
# --- a native search without end
# ends: did not finish
import collections, itertools
output = -1 in itertools.count()
# --- a native sort of lies
# ends: did not finish|RecursionError
class Liar:
    def __lt__(self, other): return sorted([Liar() for _ in range(1000)]) and True
output = sorted([Liar(), Liar()])
# --- a regular expression that backtracks
# ends: did not finish
import re
output = re.match(r"(a+)+$", "a" * 60 + "!")
# --- a division of huge numbers
# ends: did not finish|MemoryError
output = (7 ** 3_000_000) // (3 ** 2_000_000) % 10
# --- a factorial
# ends: did not finish|MemoryError
import math
output = math.factorial(3_000_000)
# --- a hash bomb
# ends: did not finish|ESCAPED?|held
table = {i * (2 ** 31 - 1): 0 for i in range(300_000)}
output = "held"
# --- a decimal without end
# ends: did not finish|MemoryError
import decimal
decimal.getcontext().prec = 10 ** 7
output = decimal.Decimal(2).sqrt() + decimal.Decimal(3).ln()
# --- one huge allocation
# ends: MemoryError
x = [0] * 10 ** 9
# --- 200 MiB
# ends: MemoryError
x = bytearray(200 * 1024 * 1024)
output = "ESCAPED the limit of memory"
# --- memory by small steps
# ends: MemoryError|did not finish
x = []
while True: x.append("a" * 100_000)
# --- memory by growing text
# ends: MemoryError|OverflowError
x = "x"
while True: x += x
# --- a memory error outlived
# ends: did not finish|MemoryError
x = []
while True:
    try:
        while True: x.append(bytearray(10_000_000))
    except MemoryError: pass
# --- a bomb of entities
# ends: did not finish|MemoryError|limit on input amplification|held
import xml.etree.ElementTree as tree
levels = "".join(f'<!ENTITY a{i} "{"&a%d;" % (i - 1) * 10}">' for i in range(1, 12))
try:
    tree.fromstring(f'<!DOCTYPE r [<!ENTITY a0 "ha">{levels}]><r>&a11;</r>')
except tree.ParseError:
    output = "held"
# --- a compressed bomb
# ends: MemoryError|did not finish
import zlib
packed = zlib.compress(b"\0" * 20_000_000)
output = len(b"".join(zlib.decompress(packed) for _ in range(20)))
# --- a bomb of syntax
# ends: MemoryError|RecursionError|SyntaxError|did not finish|nested too deeply|brought
output = eval("(" * 100_000 + ")" * 100_000)
# --- a bomb of bytecode
# ends: MemoryError|RecursionError|did not finish|nested too deeply|brought
output = eval("-" * 1_000_000 + "1")
# --- a bomb of constants
# ends: MemoryError|did not finish|OverflowError
exec("x = " + "((((1,)*100)*100)*100)*100")
output = "ESCAPED"[:0] + str(len(x))
y = [x] * 10 ** 8
# --- recursion without end
# ends: RecursionError
def f(): return f()
f()
# --- recursion with the limit raised
# ends: RecursionError|MemoryError|did not finish|nested too deeply|brought
import sys
sys.setrecursionlimit(10 ** 9)
def f(n): return f(n + 1)
f(0)
# --- recursion through C
# ends: RecursionError|MemoryError|did not finish|nested too deeply|brought
import sys, functools
sys.setrecursionlimit(10 ** 9)
class A:
    def __repr__(self): return repr(self)
f = functools.partial(map, str)
for _ in range(10 ** 5): f = functools.partial(f, f)
output = repr(f) + repr(A())
# --- nested containers
# ends: RecursionError|MemoryError|did not finish|nested too deeply|brought
x = []
for _ in range(10 ** 6): x = [x]
output = x == [x] or repr(x)
# --- printing without end
# ends: did not finish
while True: print("x" * 1000)
# --- a million lines
# ends: more bytes cut
for _ in range(20_000): print("x" * 100)
# --- a value of ten million characters
# ends: more characters cut
output = "x" * 10_000_000
# --- a value of very many items
# ends: more characters cut|MemoryError|did not finish
output = list(range(20_000)) * 5
# --- an exception of ten million characters
# ends: more characters cut
raise ValueError("x" * 10_000_000)
# --- warnings and standard error without end
# ends: did not finish
import sys
while True: sys.stderr.write("x" * 10_000)
# --- a finaliser that never ends
# ends: did not finish|held
class Trap:
    def __del__(self):
        while True: pass
trap = Trap()
del trap
# --- a hook at the exit that never ends
# ends: ^held
import atexit
def spin():
    while True: pass
atexit.register(spin)
output = "held"
# --- a flush that never ends
# ends: did not finish
import sys
class Trap:
    def flush(self):
        while True: pass
    def write(self, text): self.flush()
sys.stdout = Trap()
print("x")
# --- garbage that resurrects itself
# ends: .
import gc
class Phoenix:
    def __init__(self): self.me = self
    def __del__(self): Phoenix()
gc.set_threshold(1)
for _ in range(1000): Phoenix()
output = "held"
