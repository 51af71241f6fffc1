"""Checks of programs that are tests: each prints a line, the first that does not hold ends the program."""

count = 0


def check(what, holds, shown=None):
    global count
    if not holds:
        raise AssertionError(f"{what}: {shown!r}")
    count += 1
    print(f"ok {count} - {what}")
