# --- quadratic
a, b, c = 1, -3, 2
d = b * b - 4 * a * c
output = [(-b + s * d ** 0.5) / (2 * a) for s in (1, -1)]
# --- primes
def primes(n):
    sieve = bytearray([1]) * (n + 1)
    sieve[:2] = b"\0\0"
    for i in range(2, int(n ** 0.5) + 1):
        if sieve[i]: sieve[i * i::i] = bytearray(len(range(i * i, n + 1, i)))
    return [i for i, p in enumerate(sieve) if p]
output = primes(60), len(primes(10000))
# --- fibonacci
from functools import lru_cache
@lru_cache(None)
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
output = fib(90), fib.cache_info()
# --- generator
def count(n):
    got = yield 0
    for i in range(n): got = yield (i, got)
g = count(2)
output = [next(g), g.send("a"), g.send("b")]
# --- generator that is over
def g(): yield 1
it = g()
next(it)
output = next(it)
# --- class with operators
class V:
    def __init__(self, x, y): self.x, self.y = x, y
    def __add__(self, o): return V(self.x + o.x, self.y + o.y)
    def __eq__(self, o): return (self.x, self.y) == (o.x, o.y)
    def __repr__(self): return f"V({self.x}, {self.y})"
output = V(1, 2) + V(3, 4), V(1, 1) == V(1, 1), [V(0, 0)]
# --- inheritance
class A:
    def f(self): return "A"
class B(A):
    def f(self): return "B" + super().f()
class C(A):
    def f(self): return "C" + super().f()
class D(B, C): pass
output = D().f(), [k.__name__ for k in D.__mro__]
# --- no common order of bases
class A: pass
class B(A): pass
class C(A, B): pass
# --- match
def f(x):
    match x:
        case 0: return "zero"
        case [a, *rest]: return a, rest
        case {"k": v, **more}: return v, more
        case str() | bytes(): return "text"
        case int(n) if n < 0: return -n
        case _: return None
output = [f(v) for v in (0, [1, 2, 3], {"k": 1, "z": 2}, "a", -5, 9)]
# --- exceptions
out = []
try:
    try:
        1 / 0
    except ZeroDivisionError as e:
        out.append(str(e))
        raise ValueError("bad") from e
    finally:
        out.append("finally")
except ValueError as e:
    out.append(repr(e.__cause__))
else:
    out.append("else")
output = out
# --- an exception of its own
class MyError(Exception): pass
raise MyError("mine")
# --- exception groups
try:
    raise ExceptionGroup("g", [ValueError(1), TypeError(2)])
except* ValueError as e:
    output = repr(e.exceptions)
# --- finally wins
def f():
    try: return 1
    finally: return 2
output = f()
# --- loops with else
out = []
for n in range(2, 10):
    for d in range(2, n):
        if n % d == 0: break
    else: out.append(n)
output = out
# --- while
n, steps = 27, 0
while n != 1:
    n = n // 2 if n % 2 == 0 else 3 * n + 1
    steps += 1
output = steps
# --- closures
def counter():
    n = 0
    def up():
        nonlocal n
        n += 1
        return n
    return up
c = counter()
output = c(), c(), [f() for f in [lambda i=i: i for i in range(3)]], [f() for f in [lambda: i for i in range(3)]]
# --- a local before its value
def f():
    x += 1
x = 1
f()
# --- walrus and comprehension
output = [y for x in range(6) if (y := x * x) > 5], y
# --- starred unpacking
a, *b, c = range(6)
(d, e), f = (1, 2), 3
output = a, b, c, d, e, f
# --- unpacking too few
a, b = [1]
# --- unpacking too many
a, b = 1, 2, 3
# --- keyword-only and positional-only
def f(a, /, b, *, c=3, **k): return a, b, c, k
output = f(1, 2, c=4, d=5), f(1, b=2)
# --- positional-only by name
def f(a, /): return a
output = f(a=1)
# --- too many arguments
def f(a): return a
output = f(1, 2)
# --- mutable default
def f(x=[]):
    x.append(1)
    return x
f()
output = f()
# --- decorators
def twice(f):
    def g(*a): return f(*a), f(*a)
    return g
@twice
def h(x): return x + 1
output = h(1)
# --- context manager
from contextlib import contextmanager
log = []
@contextmanager
def c(name):
    log.append("in " + name)
    try: yield name
    finally: log.append("out " + name)
with c("a") as a, c("b"): log.append(a)
output = log
# --- dataclass
from dataclasses import dataclass, field
@dataclass(order=True, frozen=True)
class P:
    x: int
    tags: list = field(default_factory=list, compare=False)
output = P(1), sorted([P(2), P(1)]), P(1) < P(2)
# --- frozen dataclass changed
from dataclasses import dataclass
@dataclass(frozen=True)
class P: x: int
P(1).x = 2
# --- property and slots
class T:
    __slots__ = ("_c",)
    def __init__(self, c): self._c = c
    @property
    def f(self): return self._c * 9 / 5 + 32
t = T(100)
output = t.f
t.x = 1
# --- abstract class
from abc import ABC, abstractmethod
class A(ABC):
    @abstractmethod
    def f(self): ...
A()
# --- metaclass
class M(type):
    def __new__(m, n, b, d): return super().__new__(m, n + "X", b, d)
class A(metaclass=M): pass
output = A.__name__, type(A).__name__
# --- descriptors
class D:
    def __set_name__(self, o, n): self.n = n
    def __get__(self, o, t): return f"got {self.n}"
class A: x = D()
output = A().x, A.x
# --- iterator protocol
class It:
    def __init__(self): self.i = 0
    def __iter__(self): return self
    def __next__(self):
        self.i += 1
        if self.i > 3: raise StopIteration
        return self.i
output = list(It()), sum(It()), max(It())
# --- getattr
class A:
    def __getattr__(self, n): return n.upper()
output = A().hello, getattr(A(), "x"), hasattr(A(), "y")
# --- enum
from enum import Enum, IntFlag, auto
class C(Enum):
    R = auto()
    G = auto()
class F(IntFlag):
    A = 1
    B = 2
output = C.R.name, C(2), F.A | F.B, F(3), [c.value for c in C]
# --- named tuple class
from typing import NamedTuple
class P(NamedTuple):
    x: int
    y: float = 2.0
output = P(1), P(1).y, P(1)._replace(x=5)
# --- generic class of 3.12
class Box[T]:
    def __init__(self, v: T): self.v = v
type Alias = list[int]
def first[T](x: list[T]) -> T: return x[0]
output = Box(3).v, first([9]), Alias.__name__
# --- f-strings of 3.12
d = {"a": 1}
output = f"{d["a"]} {'\n'.join(['x', 'y'])} {f"{f"{1}"}"}"
# --- async
import asyncio
async def sq(x):
    await asyncio.sleep(0)
    return x * x
async def main():
    return await asyncio.gather(*(sq(i) for i in range(4)))
output = asyncio.run(main())
# --- coroutine by hand
class Ready:
    def __await__(self): return (yield 1)
async def f(): return await Ready() + 1
c = f()
first = c.send(None)
try: c.send(41)
except StopIteration as e: output = first, e.value
# --- recursion
def f(n): return 1 if n == 0 else n * f(n - 1)
output = f(20)
# --- recursion without end
def f(n): return f(n + 1)
f(0)
# --- hanoi
def h(n, a="A", b="B", c="C"): return [] if n == 0 else h(n - 1, a, c, b) + [(a, c)] + h(n - 1, b, a, c)
output = len(h(8)), h(2)
# --- permutations by hand
def p(x): return [x] if len(x) < 2 else [[x[i]] + r for i in range(len(x)) for r in p(x[:i] + x[i + 1:])]
output = p([1, 2, 3])
# --- matrix
A = [[1, 2], [3, 4]]
output = [[sum(a * b for a, b in zip(r, c)) for c in zip(*A)] for r in A], list(map(list, zip(*A)))
# --- compound interest
p, r, n = 1000, 0.05, 12
output = round(p * (1 + r / n) ** (n * 10), 2), f"{p * (1 + r) ** 10:,.2f}"
# --- loan with decimal
from decimal import Decimal, ROUND_HALF_EVEN
p, r, n = Decimal("250000"), Decimal("0.045") / 12, 360
output = (p * r / (1 - (1 + r) ** -n)).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
# --- dates
from datetime import date, timedelta
d = date(2024, 1, 31)
out = []
while len(out) < 5:
    d += timedelta(days=1)
    if d.weekday() < 5: out.append(d.isoformat())
output = out
# --- words
text = "the cat and the dog and the bird"
counts = {}
for w in text.split(): counts[w] = counts.get(w, 0) + 1
output = sorted(counts.items(), key=lambda kv: (-kv[1], kv[0]))
# --- dictionary changed while it is read
d = {1: 2}
for k in d: d[k + 1] = 0
# --- list changed while it is read
x = [1, 2, 3, 4]
for i in x: x.remove(i)
output = x
# --- sorting is stable
output = sorted([("b", 1), ("a", 1), ("c", 0)], key=lambda t: t[1])
# --- complex slices
x = list(range(10))
x[2:5] = ["a"]
x[::4] = "XY" if len(x[::4]) == 2 else x[::4]
del x[-2:]
output = x
# --- slice of another length
x = [1, 2, 3, 4]
x[::2] = [1]
# --- constants cannot change
x = (1, 2)
x[0] = 3
# --- text cannot change
x = "abc"
x[0] = "z"
# --- assertion
assert 1 == 2, "no"
# --- deletion
x = 1
del x
output = x
# --- global
def f():
    global g
    g = 5
f()
output = g
# --- globals and locals
def f(a): b = 2; return sorted(locals())
output = f(1), "f" in globals()
# --- exec and compile
space = {}
exec("y = [i for i in range(3)]", space)
output = space["y"], eval(compile("2 ** 5", "s", "eval"))
# --- integer limits
output = [len(str(10 ** n)) for n in (1, 100, 4000)], (1 << 64) - 1, -2 ** 63
# --- float formatting
output = [str(x) for x in (0.1, 1 / 3, 1e100, 1.5e-7, 123456789.123456789, 5e-324)]
# --- bytes
b = bytearray(b"abc")
b[0] = 65
b += b"!"
output = b, bytes(b), b.hex(), b.decode().upper()
# --- base conversion
def to(n, b): return str(n) if n < b else to(n // b, b) + "0123456789abcdef"[n % b]
output = to(255, 2), to(255, 16), int("z", 36)
# --- roman numerals
def roman(n):
    out = ""
    for v, s in zip((1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1), "M CM D CD C XC L XL X IX V IV I".split()):
        while n >= v: out += s; n -= v
    return out
output = [roman(n) for n in (4, 1994, 2024)]
# --- newton
x = 1.0
for _ in range(6): x -= (x * x - 2) / (2 * x)
output = x
# --- monte carlo with a seed
import random
r = random.Random(0)
output = sum(r.random() ** 2 + r.random() ** 2 < 1 for _ in range(2000)) * 4 / 2000
# --- simpson
import math
n = 100
h = math.pi / n
output = h / 3 * sum((1 if i in (0, n) else 4 if i % 2 else 2) * math.sin(i * h) for i in range(n + 1))
# --- knapsack
items, cap = [(60, 10), (100, 20), (120, 30)], 50
best = [0] * (cap + 1)
for v, w in items:
    for c in range(cap, w - 1, -1): best[c] = max(best[c], best[c - w] + v)
output = best[cap]
# --- shortest path
import heapq
g = {"a": {"b": 7, "c": 3}, "b": {"d": 2}, "c": {"b": 1, "d": 8}, "d": {}}
dist, todo = {"a": 0}, [(0, "a")]
while todo:
    d, n = heapq.heappop(todo)
    for m, w in g[n].items():
        if d + w < dist.get(m, 1e9): dist[m] = d + w; heapq.heappush(todo, (d + w, m))
output = dist
# --- wrong indentation
if True:
output = 1
# --- mixed indentation
if True:
    x = 1
  y = 2
# --- return outside
return 5
# --- break outside
break
# --- a missing colon
for i in range(3)
    print(i)
# --- a keyword as a name
class = 5
# --- nonlocal without a binding
def f():
    nonlocal q
# --- unreachable import
try:
    import not_there_at_all
except ImportError as e:
    output = e.name
# --- str of a broken object
class A:
    def __str__(self): return 5
output = A()
# --- comparison of instances
class A: pass
output = A() < A()
# --- length that is negative
class A:
    def __len__(self): return -1
output = len(A())
# --- key error with a message
class D(dict):
    def __missing__(self, k): return k * 2
output = D()["ab"], {}.setdefault("x", 5)
# --- timeout by hand
raise TimeoutError("late")
# --- os error
raise OSError(2, "No such file", "x")
# --- stop iteration in a generator
def g():
    yield 1
    raise StopIteration
output = list(g())
# --- overflow
import math
output = math.comb(10 ** 6, 3), float(2 ** 1023) * 2
output = float(2 ** 1024)
# --- unicode names
π = 3
naïve = "é"
output = π, naïve, len("👨‍👩‍👧"), "👨"[0]
# --- string methods on bytes
output = b"a b".split(), b"x".join([b"1", b"2"]), b"abc".find(b"c")
# --- chained comparison runs once
calls = []
def f(x): calls.append(x); return x
output = f(1) < f(2) < f(0) < f(9), calls
# --- short circuit
calls = []
def f(x): calls.append(x); return x
output = f(0) and f(1) or f(2), calls
# --- operators in place
a = b = [1]
a += [2]
c = d = (1,)
c += (2,)
output = a is b, c is d, b, d
