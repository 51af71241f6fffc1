"""What the program of a client needs: it names its features, each a function, and runs them one by one."""

import asyncio
import importlib.metadata
import inspect
import json
import os
import traceback

# A model that says what the question quotes, see scripted-answers.ts.
SCRIPTED_URL = os.environ["SCRIPTED_URL"] + "/v1"
# The whole of Bullpen with its demo model, which has Bullpen's own tools.
DEMO_URL = os.environ["DEMO_URL"] + "/v1"
DEMO_MODEL = os.environ["DEMO_MODEL"]
# The demo model calculates this.
SUM = "What is 127 * 43?"
TOTAL = "5461"

features = []


def feature(name, because=None):
    """Registers a function as a feature. `because` says in a sentence why it is known not to work."""

    def register(function):
        features.append((name, function, because))
        return function

    return register


def tell(value):
    print("@@ " + json.dumps(value), flush=True)


def run(client, *packages):
    """Runs all features. One that fails does not stop the others."""
    versions = {package: importlib.metadata.version(package) for package in packages}
    tell({"client": client, "packages": versions, "features": [name for name, _, _ in features]})
    for name, function, because in features:
        error = None
        try:
            result = function()
            if inspect.isawaitable(result):
                asyncio.run(result)
        except Exception:
            error = traceback.format_exc()
        tell({"feature": name, "error": error, "because": because})


def expect(actual, expected):
    if actual != expected:
        raise AssertionError(f"{actual!r} is not {expected!r}")


def expect_in(part, whole):
    if part not in str(whole):
        raise AssertionError(f"{part!r} is not in {whole!r}")
