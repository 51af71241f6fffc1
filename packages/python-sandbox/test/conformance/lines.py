output = 7 / 2
output = 7 // 2, -7 // 2, 7 % -3, divmod(-7, 3)
output = 2 ** 100
output = 2 ** -3
output = 2 ** 0.5
output = (-8) ** (1 / 3)
output = 0.1 + 0.2
output = round(2.5), round(3.5), round(-2.5), round(2.675, 2)
output = round(1234567, -3), round(5, -1), round(15, -1)
output = 1e308 * 10
output = float("inf") - float("inf")
output = 5 % 0.3
output = -7.5 // 2
output = 1 / 0
output = 1.0 / 0
output = 1 % 0
output = 0 ** -1
output = 0.0 ** -1
output = 10 ** 400 * 1.0
output = int(1e25)
output = int("0b101", 0), int("ff", 16), int("0o17", 0)
output = int("12a")
output = int(" 42 "), int("-1_000")
output = float("1e-5"), float("  3.14  "), float("1_000.5")
output = float("abc")
output = int(float("nan"))
output = int(-3.99), int(3.99)
output = bin(10), oct(64), hex(255), bin(-5)
output = 0xff & 0b1010 | 1 << 4 ^ 3
output = ~5, -5 >> 1, 1 << 70
output = 1 << -1
output = complex(1, 2) * complex(3, -1)
output = (3 + 4j).conjugate(), abs(3 + 4j), (1j) ** 2
output = complex("1+2j")
output = (1 + 2j) < 3
output = abs(-5.5), abs(-0.0)
output = max(3, 1, 2), min([4, 2, 8]), max("abc", key=ord)
output = max([])
output = max([], default=0)
output = sum([0.1] * 10)
output = sum([[1], [2]], [])
output = sum(["a", "b"])
output = pow(3, -1, 7), pow(2, 10, 1000)
output = pow(2, -1, 4)
output = (5).bit_length(), (255).to_bytes(2, "big"), int.from_bytes(b"\x01\x00", "little")
output = (0.5).as_integer_ratio(), (0.1).hex(), float.fromhex("0x1.8p1")
output = (2.0).is_integer(), (10).bit_count()
output = 1 < 2 < 3, 1 < 3 < 2, 1 == 1.0 == True
output = True + True, True * 5, isinstance(True, int)
output = None + 1
output = "5" + 5
output = "5" * 3, [0] * 3
output = "abc" < "abd", [1, 2] < [1, 3], (1,) < (1, 0)
output = 1 < "a"
output = 3 if 2 > 1 else 4
output = not 0 and "a" or "b"
output = [] or {} or "x"
output = 1_000_000 * 3
output = 1e3, 1e16, 1e15, 123456789012345678.0
output = 1e-4, 1e-5, 0.00001234
output = -0.0, 0.0 == -0.0
output = 3.0, 3.14e10, 1e22, 1e21
output = 100000000000000000000000 / 3
output = 10 ** 20 // 7, 10 ** 20 % 7
output = str(2 ** 200)[:10], len(str(3 ** 1000))
output = f"{3.14159:.2f}", f"{1234567.891:,.2f}", f"{0.25:.1%}"
output = f"{42:08b}", f"{255:#x}", f"{-5:+d}", f"{5:^9}"
output = f"{1e10:g}", f"{123456789:e}", f"{0.0001:g}"
output = f"{'a':>5}|{'b':<5}|{'c':*^5}"
output = f"{3.0!r} {'x'!r:>5} {7=}"
output = f"{1:z}"
output = "{:d}".format(3.5)
output = "{0} {1} {0}".format("a", "b")
output = "{a[0]} {b.real}".format(a=[1], b=2)
output = "{} {}".format(1)
output = "%d %s %.3f %5d %x" % (1, "a", 2.5, 3, 255)
output = "%d" % "a"
output = "%s"
output = "hello"[1:4], "hello"[::-1], "hello"[-3:]
output = "hello"[10]
output = "hello"[10:]
output = "hello".upper().replace("L", "x", 1)
output = "a,b,,c".split(","), " a b  c ".split(), "abc".split("b")
output = "abc".split("")
output = "-".join(["a", "b", "c"])
output = "-".join([1, 2])
output = "hello world".title(), "hELLO".capitalize(), "aBc".swapcase()
output = "  x ".strip(), "xxaxx".strip("x"), "abc".lstrip("ab")
output = "hello".find("l"), "hello".rfind("l"), "hello".find("z")
output = "hello".index("z")
output = "hello".count("l"), "banana".count("ana")
output = "abc".startswith(("x", "a")), "abc".endswith("bc")
output = "42".zfill(5), "-42".zfill(5), "a".ljust(3, "."), "a".center(4, "*")
output = "abc123".isalnum(), "abc".isalpha(), "1²".isdigit(), "½".isnumeric()
output = "a\tb".expandtabs(4), "a\nb\r\nc".splitlines()
output = "straße".casefold(), "straße".upper(), "İ".lower()
output = "x".encode(), "é".encode("utf-8"), "é".encode("latin-1")
output = "é".encode("ascii")
output = b"\xff".decode()
output = b"\xff".decode("latin-1"), b"abc"[0], b"abc"[:1]
output = b"abc" + "d"
output = "a" in "abc", "ac" in "abc", 1 in [1, 2]
output = 1 in "abc"
output = "abc".partition("b"), "abc".rpartition("x")
output = "abc".translate(str.maketrans("ab", "xy"))
output = "abc".removeprefix("a"), "abc".removesuffix("c")
output = ord("a"), chr(8364), ord("€")
output = chr(-1)
output = ord("ab")
output = repr("it's"), repr('a"b'), repr("a\n\t\x00é")
output = ascii("é€"), str(b"x")
output = [1, 2, 3][-1], [1, 2, 3][::2], [1, 2, 3][5:]
output = [1, 2, 3][5]
output = [][0]
output = (1, 2)[2]
output = [3, 1, 2].sort()
output = sorted([3, 1, 2]), sorted("bca"), sorted([1, -3, 2], key=abs, reverse=True)
output = sorted([1, "a"])
output = list(reversed([1, 2, 3])), list(range(10, 0, -3))
output = range(3), range(0, 10, 2), len(range(1, 100, 7))
output = range(1, 2, 0)
output = [x * x for x in range(5) if x % 2]
output = {x: x ** 2 for x in range(3)}
output = {1, 2, 3} & {2, 3, 4}, {1, 2} | {3}, {1, 2} ^ {2, 3}, {1, 2} - {2}
output = set(), frozenset([1]), {1: "a"}
output = {1, 2} + {3}
output = {[1]: 2}
output = {"a": 1}["b"]
output = {"a": 1}.get("b"), {"a": 1}.get("b", 5)
output = {"a": 1} | {"b": 2}, {**{"a": 1}, "a": 3}
output = list({"b": 1, "a": 2}), dict([("x", 1)]), dict(zip("ab", [1, 2]))
output = dict([1, 2])
output = len({1: 2}), len("abc"), len([])
output = len(5)
output = any([0, 1]), all([]), any([])
output = list(map(str, [1, 2])), list(filter(None, [0, 1, 2])), list(zip([1, 2], "ab"))
output = list(zip([1], [1, 2], strict=True))
output = list(enumerate("ab", 1))
output = [*range(3), *"ab"], (*[1], 2)
output = (lambda x, y=2: x * y)(3)
output = (lambda x: x)()
output = [i for i in range(3)], i
output = undefined_name
output = [].foo
output = (5).foo
output = None.x
output = None[0]
output = 5()
output = 5[0]
output = "a" - "b"
output = -"a"
output = [1] + (2,)
output = int([1])
output = type(1), type("a"), type(None), type(1.5).__name__
output = isinstance(1, (str, int)), issubclass(bool, int)
output = callable(len), hash(1) == hash(1.0), hash(10 ** 20)
output = hash([])
output = id(1) == id(1)
output = list("héllo"), tuple("ab"), bytes([1, 2]), bytearray(2)
output = bytes([256])
output = memoryview(b"abc")[1]
output = slice(1, 2, 3), Ellipsis, NotImplemented
output = eval("1 + 2"), eval("x", {"x": 5})
output = eval("1 +")
output = next(iter([])), 1
output = next(iter([]), "none")
output = __name__, 1
output = "\N{GREEK SMALL LETTER ALPHA} \u00e9 \x41"
output = r"\n", "\\n", b"\n"
output = "a" "b", ("a", "b")
output = 1, 2
output = not_defined.attribute
output = (1
output = 1 +
output = "abc
output = 08
output = 1 if 2
output = f"{}"
output = for
output = [1, 2
output = {1: 2
output = 5 = 6
output := 5
import math; output = math.sqrt(2), math.pi, math.e, math.tau
import math; output = math.sqrt(-1)
import math; output = math.log(0)
import math; output = math.log(8, 2), math.log10(1000), math.log2(8), math.log1p(1e-10)
import math; output = math.sin(1), math.cos(1), math.tan(1)
import math; output = math.asin(0.5), math.acos(0.5), math.atan(1), math.atan2(-1, -1)
import math; output = math.asin(2)
import math; output = math.sinh(1), math.cosh(1), math.tanh(1), math.asinh(1), math.acosh(2), math.atanh(0.5)
import math; output = math.exp(1), math.expm1(1e-10), math.exp2(0.5), math.cbrt(27)
import math; output = math.exp(1000)
import math; output = math.factorial(25), math.comb(52, 5), math.perm(10, 3)
import math; output = math.factorial(-1)
import math; output = math.factorial(2.5)
import math; output = math.gcd(84, 36, 12), math.lcm(4, 6, 10), math.gcd()
import math; output = math.floor(-2.5), math.ceil(-2.5), math.trunc(-2.5)
import math; output = math.floor(float("inf"))
import math; output = math.hypot(3, 4), math.hypot(1, 2, 3), math.dist([0, 0], [3, 4])
import math; output = math.fsum([0.1] * 10), math.prod([1, 2, 3.5]), math.sumprod([1, 2], [3, 4])
import math; output = math.isclose(0.1 + 0.2, 0.3), math.isnan(math.nan), math.isinf(math.inf)
import math; output = math.degrees(math.pi), math.radians(180)
import math; output = math.isqrt(10 ** 20), math.isqrt(99)
import math; output = math.isqrt(-1)
import math; output = math.gamma(5.5), math.lgamma(10), math.erf(0.5), math.erfc(0.5)
import math; output = math.fmod(-7, 3), math.remainder(7, 4), math.modf(-2.75), math.frexp(8.0), math.ldexp(0.5, 4)
import math; output = math.copysign(1, -0.0), math.ulp(1.0), math.nextafter(1.0, 2.0)
import math; output = math.pow(2, 0.5), math.pow(0, 0)
import math; output = math.nothing
import cmath; output = cmath.sqrt(-1), cmath.exp(1j * cmath.pi), cmath.phase(-1), cmath.polar(1j)
import statistics; output = statistics.mean([1, 2, 3, 4]), statistics.mean([1.5, 2.5]), statistics.fmean([1, 2, 4])
import statistics; output = statistics.median([3, 1, 2]), statistics.median([1, 2, 3, 4]), statistics.median_low([1, 2, 3, 4])
import statistics; output = statistics.mode([1, 1, 2]), statistics.multimode("aabb")
import statistics; output = statistics.stdev([1, 2, 3, 4]), statistics.pstdev([1, 2, 3, 4]), statistics.variance([1, 2, 4])
import statistics; output = statistics.mean([])
import statistics; output = statistics.stdev([1])
import statistics; output = statistics.quantiles(range(1, 11)), statistics.geometric_mean([1, 2, 4]), statistics.harmonic_mean([40, 60])
import statistics; output = statistics.correlation([1, 2, 3], [2, 4, 7]), statistics.linear_regression([1, 2, 3], [2, 4, 6])
import statistics; output = statistics.NormalDist(100, 15).cdf(115), statistics.NormalDist(0, 1).inv_cdf(0.975)
from fractions import Fraction; output = Fraction(1, 3) + Fraction(1, 6), Fraction("0.125"), Fraction(0.5)
from fractions import Fraction; output = str(Fraction(3, 4) ** 2), float(Fraction(1, 3)), Fraction(22, 7).limit_denominator(5)
from fractions import Fraction; output = Fraction(1, 0)
from decimal import Decimal; output = Decimal("0.1") + Decimal("0.2"), Decimal(1) / Decimal(3)
from decimal import Decimal; output = Decimal(0.1), Decimal("1.10").normalize(), Decimal("2.675").quantize(Decimal("0.01"))
from decimal import Decimal; output = Decimal("abc")
from decimal import Decimal; output = Decimal(1) / 0
from decimal import Decimal; output = Decimal(1) + 0.5
from decimal import Decimal, getcontext; getcontext().prec = 50; output = Decimal(2).sqrt(), Decimal(10).ln(), Decimal(1).exp()
from decimal import Decimal, ROUND_HALF_UP; output = Decimal("2.5").quantize(Decimal("1"), ROUND_HALF_UP), Decimal("-1E+5"), Decimal("Infinity")
import datetime; output = datetime.date(2024, 2, 29) + datetime.timedelta(days=366)
import datetime; output = (datetime.date(2024, 12, 25) - datetime.date(2024, 1, 1)).days, datetime.date(2024, 3, 1).strftime("%A %d %B %Y")
import datetime; output = datetime.date(2023, 2, 29)
import datetime; output = datetime.datetime(2024, 1, 31, 12, 30).isoformat(), datetime.datetime.fromisoformat("2024-05-06T07:08:09+02:00")
import datetime; output = datetime.datetime.strptime("03/04/2021", "%d/%m/%Y").weekday(), datetime.date(2021, 1, 3).isocalendar()
import datetime; output = datetime.datetime.strptime("nonsense", "%Y")
import datetime; output = datetime.timedelta(hours=49, seconds=5), datetime.timedelta(days=-1, hours=3), datetime.timedelta(1) / 7
import datetime; output = datetime.datetime(2024, 1, 1) - datetime.date(2024, 1, 1)
import datetime; output = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc).timestamp(), datetime.datetime.fromtimestamp(0, datetime.timezone.utc)
import calendar; output = calendar.isleap(1900), calendar.monthrange(2024, 2), calendar.weekday(2000, 1, 1), calendar.month_name[5]
import itertools; output = list(itertools.combinations("abc", 2)), list(itertools.permutations([1, 2, 3], 2))[:3], list(itertools.product([0, 1], repeat=2))
import itertools; output = list(itertools.accumulate([1, 2, 3])), list(itertools.islice(itertools.count(5, 2), 3)), list(itertools.batched("abcde", 2))
import itertools; output = [(k, list(g)) for k, g in itertools.groupby("aabbc")], list(itertools.chain([1], [2, 3])), list(itertools.pairwise([1, 2, 3]))
import itertools; output = list(itertools.zip_longest([1, 2], [3], fillvalue=0)), list(itertools.takewhile(lambda x: x < 3, range(9)))
import functools; output = functools.reduce(lambda a, b: a * b, range(1, 6)), functools.partial(pow, 2)(5)
import functools; output = functools.reduce(lambda a, b: a, [])
import collections; output = collections.Counter("banana").most_common(2), collections.Counter(a=1) + collections.Counter(a=2, b=1)
import collections; output = collections.OrderedDict(a=1), collections.deque([1, 2, 3], maxlen=2), collections.ChainMap({"a": 1}, {"b": 2})["b"]
import collections; d = collections.defaultdict(list); d["a"].append(1); output = d
import collections; P = collections.namedtuple("P", "x y"); output = P(1, 2), P(1, 2)._asdict(), P(1, y=3).y
import collections; output = collections.namedtuple("P", "x y")(1)
import re; output = re.findall(r"\d+", "a1b22c333"), re.sub(r"(\w)(\w)", r"\2\1", "abcd"), re.split(r"[,;]\s*", "a, b;c")
import re; output = re.match(r"(?P<y>\d{4})-(\d\d)", "2024-05").groupdict(), re.search("x", "abc"), re.fullmatch("a|b", "b").span()
import re; output = re.compile("(")
import re; output = re.search("x", "abc").group()
import json; output = json.dumps({"b": [1, 2.5, None, True], "a": "é"}, sort_keys=True), json.loads('{"x": [1, 2e3]}')
import json; output = json.loads("{x: 1}")
import json; output = json.dumps({1, 2})
import json; output = json.dumps(float("nan")), json.dumps([1, {"a": 2}], indent=2)
import random; random.seed(42); output = random.random(), random.randint(1, 100), random.choice("abc"), random.sample(range(100), 3)
import random; random.seed("text"); x = list(range(10)); random.shuffle(x); output = x, random.gauss(0, 1), random.uniform(1, 2)
import random; output = random.choice([])
import random; output = random.Random(7).getrandbits(64), random.Random(7).expovariate(2), random.Random(1).betavariate(1, 2)
import string; output = string.ascii_lowercase, string.digits, string.Template("$a b").substitute(a=1), string.capwords("a b")
import heapq; h = [3, 1, 2]; heapq.heapify(h); output = heapq.heappop(h), h, heapq.nlargest(2, [1, 5, 3]), list(heapq.merge([1, 3], [2]))
import bisect; output = bisect.bisect([1, 3, 5], 3), bisect.bisect_left([1, 3, 5], 3)
import operator; output = operator.itemgetter(1)([1, 2]), operator.mul(3, 4), operator.attrgetter("real")(5)
import hashlib; output = hashlib.md5(b"a").hexdigest(), hashlib.sha256(b"").hexdigest(), hashlib.sha3_256(b"x").hexdigest()
import base64; output = base64.b64encode(b"hello"), base64.b64decode("aGk="), base64.b32encode(b"x")
import base64; output = base64.b64decode("a")
import zlib; output = zlib.crc32(b"hello"), zlib.adler32(b"hello"), zlib.decompress(zlib.compress(b"x" * 100))
import struct; output = struct.pack(">Hf", 1, 1.5), struct.unpack("<i", b"\x01\x00\x00\x00"), struct.calcsize("<qd")
import struct; output = struct.unpack("<i", b"\x01")
import textwrap; output = textwrap.wrap("the quick brown fox", 10), textwrap.dedent("  a\n    b"), textwrap.shorten("hello wide world", 12)
import unicodedata; output = unicodedata.name("é"), unicodedata.normalize("NFD", "é").encode(), unicodedata.category("A")
import uuid; output = uuid.uuid5(uuid.NAMESPACE_DNS, "example.com"), uuid.UUID(int=5)
import colorsys; output = colorsys.rgb_to_hsv(0.2, 0.4, 0.6), colorsys.hls_to_rgb(0.5, 0.4, 0.3)
import difflib; output = difflib.get_close_matches("appel", ["ape", "apple", "peach"]), difflib.SequenceMatcher(None, "abcd", "bcde").ratio()
import ipaddress; output = ipaddress.ip_network("10.0.0.0/29").num_addresses, list(ipaddress.ip_network("10.0.0.0/30").hosts())
import ipaddress; output = ipaddress.ip_address("300.1.1.1")
import html; output = html.escape("<a&b>"), html.unescape("&lt;&eacute;&#8364;")
import urllib.parse; output = urllib.parse.quote("a b/é"), urllib.parse.parse_qs("a=1&a=2"), urllib.parse.urlparse("http://h:80/p?q#f").port
import copy; a = [[1]]; b = copy.deepcopy(a); c = copy.copy(a); a[0].append(2); output = b, c
import array; output = array.array("i", [1, 2]), array.array("d", [1.5]).tobytes()
import array; output = array.array("b", [200])
import csv, io; output = list(csv.reader(io.StringIO('a,"b,c"\n1,2'))), list(csv.DictReader(io.StringIO("x,y\n1,2")))
import time; output = time.gmtime(0)[:6], time.strftime("%Y-%m-%d", time.gmtime(86400))
import ast; output = ast.literal_eval("[1, {'a': (2, None)}]"), ast.unparse(ast.parse("x=1+ 2"))
import ast; output = ast.literal_eval("__import__('os')")
import secrets; output = len(secrets.token_hex(8)), secrets.compare_digest("a", "a")
import numbers; output = isinstance(1, numbers.Integral), isinstance(1.5, numbers.Rational)
import types; output = types.SimpleNamespace(a=1, b="x"), types.MappingProxyType({"a": 1})["a"]
import graphlib; output = list(graphlib.TopologicalSorter({"c": {"b"}, "b": {"a"}}).static_order())
import graphlib; output = list(graphlib.TopologicalSorter({"a": {"b"}, "b": {"a"}}).static_order())
import numpy; output = numpy.array([1])
import pandas
from math import squareroot
from nowhere import thing
import sqlite3; output = sqlite3.connect(":memory:").execute("select 7 * 6, upper('x'), sqrt(2) > 1.4").fetchall()
import pickle; output = pickle.loads(pickle.dumps([1, {"a": (2.5, None)}]))
import io; f = io.StringIO(); print(1, 2, sep="-", end="!", file=f); output = f.getvalue()
import sys; output = sys.maxsize > 0, sys.float_info.max, sys.getrecursionlimit() > 100
import enum; C = enum.Enum("C", "RED BLUE"); output = C.RED, C["BLUE"].value, list(C), C(1)
import enum; C = enum.Enum("C", "RED BLUE"); output = C(5)
import pprint; output = pprint.pformat({"a": list(range(30)), "b": "x" * 60})
import contextlib; output = contextlib.nullcontext(5).__enter__()
import binascii; output = binascii.hexlify(b"ab"), binascii.unhexlify("6162"), binascii.crc32(b"x")
import xml.etree.ElementTree as E; output = E.fromstring("<a x='1'><b>t</b></a>").find("b").text, E.tostring(E.Element("z"))
import dataclasses; D = dataclasses.make_dataclass("D", ["x", ("y", int, 5)]); output = D(1), dataclasses.asdict(D(2)), D(1) == D(1)
import typing; output = typing.get_type_hints(lambda: 0), typing.Optional[int], list[int]
import shlex; output = shlex.split("a 'b c' d"), shlex.quote("a b")
import fnmatch; output = fnmatch.fnmatch("a.py", "*.py"), fnmatch.filter(["a", "b"], "a*")
import os.path; output = os.path.join("a", "b"), os.path.splitext("x.tar.gz"), os.path.normpath("a/../b")
import pathlib; output = pathlib.PurePosixPath("/a/b.txt").stem, pathlib.PurePosixPath("a") / "b"
import locale; output = locale.localeconv()["decimal_point"]
import inspect; output = str(inspect.signature(lambda a, *b, c=1, **d: 0))
import weakref; output = weakref.ref(int)() is int
import queue; q = queue.PriorityQueue(); q.put(2); q.put(1); output = q.get(), q.qsize()
import tomllib; output = tomllib.loads("a = 1\n[b]\nc = [1.5, 'x']")
import asyncio; output = asyncio.iscoroutinefunction(print)
