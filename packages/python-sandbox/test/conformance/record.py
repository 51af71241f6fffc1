"""Records the outcomes of the snippets in a reference CPython: `python3.12 record.py`.

Writes reference.jsonl: one line about the Python, then one for each snippet in order, with its value (as text)
or the class of its exception. Each snippet runs in a process of its own.
"""

import json
import pathlib
import platform
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
RUNNER = """
import json, sys
space = {"__name__": "__main__"}
sys.setrecursionlimit(1000)
try:
    exec(compile(sys.stdin.read(), "<program>", "exec"), space)
    end = {"value": str(space["output"])}
except Exception as error:
    end = {"error": type(error).__name__}
sys.__stdout__.write("\\n" + json.dumps(end))
"""


def snippets():
    yield from (line for line in (HERE / "lines.py").read_text().splitlines() if line)
    for part in re.split("^# --- .*\n", (HERE / "programs.py").read_text(), flags=re.M)[1:]:
        yield part.rstrip("\n")


def record(source):
    done = subprocess.run([sys.executable, "-I", "-c", RUNNER], input=source, capture_output=True, text=True, check=True)
    return {"source": source, **json.loads(done.stdout.splitlines()[-1])}


with (HERE / "reference.jsonl").open("w") as file:
    about = {"implementation": platform.python_implementation(), "version": platform.python_version()}
    for line in (about, *map(record, snippets())):
        file.write(json.dumps(line) + "\n")
