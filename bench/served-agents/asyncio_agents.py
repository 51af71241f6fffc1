"""The agent loop as one would write it in Python against a model server: asyncio, one connection pool, no queue.

Reads a job as JSON from standard input, answers its queries with `in_flight` of them active at a time, and prints one
line of JSON. It does what makes such a script fast: requests go out at once, prompts keep their prefix for the server's
cache, the fixed opening of an action is read and not generated, and the Calculator runs programs in processes that
exist already, without a sandbox.
"""

import asyncio
import concurrent.futures
import contextlib
import io
import json
import multiprocessing
import os
import resource
import sys
import time

import aiohttp

try:
    import uvloop
except ImportError:
    uvloop = None

FINAL_ANSWER = "Final Answer"
REQUEST_SECONDS = 600


def calculate(program):
    """What a program leaves in `output`, or its error. It may do anything: this is no sandbox."""
    names = {}
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(program, names)  # noqa: S102
        return str(names["output"])
    except Exception as error:
        return f"Error: {type(error).__name__}: {error}"


class Agents:
    def __init__(self, job, session, pool):
        self.job = job
        self.session = session
        self.pool = pool
        self.turns = 0
        self.tokens = 0
        self.errors = []

    async def complete(self, prompt):
        body = {**self.job["body"], "prompt": prompt}
        async with self.session.post(self.job["url"], json=body) as response:
            reply = await response.json()
            if response.status != 200:
                raise RuntimeError(f"{response.status} {reply}")
            self.turns += 1
            self.tokens += reply["usage"]["completion_tokens"]
            return reply["choices"][0]["text"]

    async def answer(self, query):
        job = self.job
        prompt = f"{job['opening']}\nUser: {query}{job['primer']}"
        for _ in range(job["max_turns"]):
            text = await self.complete(prompt)
            action = json.loads(f'{{"tool_name": {text}}}', strict=False)
            if action["tool_name"] == FINAL_ANSWER:
                return action["input"]
            loop = asyncio.get_running_loop()
            observation = await loop.run_in_executor(self.pool, calculate, action["input"])
            prompt += f"{text}{job['closing']}\nTool Output: {observation}{job['primer']}"
        return None

    async def lane(self, queries):
        right = 0
        for query in queries:
            try:
                answer = await self.answer(query["text"])
                right += answer is not None and str(query["answer"]) in answer
            except Exception as error:
                self.errors.append(f"{type(error).__name__}: {error}")
        return right


async def run(job, pool):
    timeout = aiohttp.ClientTimeout(total=REQUEST_SECONDS)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(timeout=timeout, connector=connector) as session:
        agents = Agents(job, session, pool)
        queries = iter(job["queries"])
        started = time.perf_counter()
        cpu = cpu_seconds()
        right = sum(await asyncio.gather(*(agents.lane(queries) for _ in range(job["in_flight"]))))
        seconds = time.perf_counter() - started
    return {
        "seconds": seconds,
        "cores": (cpu_seconds() - cpu) / seconds,
        "turns": agents.turns,
        "tokens": agents.tokens,
        "right": right,
        "failed": len(agents.errors),
        "first_error": next(iter(agents.errors), None),
    }


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main():
    job = json.load(sys.stdin)
    workers = min(8, os.cpu_count() or 1)
    context = multiprocessing.get_context("fork")
    with concurrent.futures.ProcessPoolExecutor(workers, mp_context=context) as pool:
        # All processes exist before the clock starts.
        list(pool.map(calculate, ["output = 1"] * workers * 4))
        runner = asyncio.Runner(loop_factory=uvloop.new_event_loop if uvloop else None)
        with runner:
            print(json.dumps(runner.run(run(job, pool))))


if __name__ == "__main__":
    main()
