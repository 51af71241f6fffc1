def attempt(*ways):
    """Tries ways out. One that leads anywhere is the output, also the 0 of a successful system call; one that
    fails is forgotten."""
    global output
    output = "held"
    for way in ways:
        try:
            got = way()
        except BaseException:
            continue
        if got or type(got) is int:
            output = f"ESCAPED {got!r}"[:400]
            return
