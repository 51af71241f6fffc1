def attempt(*ways):
    """Tries ways out. One that leads anywhere is the output; one that fails is forgotten."""
    global output
    output = "held"
    for way in ways:
        try:
            got = way()
        except BaseException:
            continue
        if got or got == 0:
            output = f"ESCAPED {got!r}"[:400]
            return
