# SPDX-License-Identifier: MIT
"""Runs the code of a script; given to python3 by code.c.

Each line of the input is a piece: its line, its file, its text, and names with
values, between tabs; file and text in hexadecimal. All pieces share one scope.
What fails is told on descriptor 3, in one line for each of: where and what,
and the values of the names that the failing line mentions.
"""
import os
import sys

scope = {"__name__": "__main__", "__builtins__": __builtins__}
for start, names in (
    (0, "Open Disorder CWR Recovery Loss"),
    (1, "ESTABLISHED SYN_SENT SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE"
     " CLOSE_WAIT LAST_ACK LISTEN CLOSING NEW_SYN_RECV"),
):
    for value, name in enumerate(names.split(), start):
        scope[("TCP_" if start else "TCP_CA_") + name] = value
for value, name in enumerate(
    "TIMESTAMPS SACK WSCALE ECN ECN_SEEN SYN_DATA USEC_TS TFO_CHILD".split()
):
    scope["TCPI_OPT_" + name] = 1 << value


def forms(text):
    """The text, and what it is without the indentation of its script."""
    yield text
    yield text.lstrip(" \t")
    first, *rest = text.split("\n")
    margins = [len(x) - len(x.lstrip()) for x in rest if x.strip()]
    margin = min(margins, default=0)
    lines = [first.lstrip()] + [x[margin:] for x in rest]
    yield "\n".join(lines)


def compiled(text, file, line):
    for form in forms(text):
        try:
            return compile("\n" * (line - 1) + form, file, "exec")
        except IndentationError as error:
            failure = error
    raise failure


def place(error, file, line):
    if isinstance(error, SyntaxError) and error.filename == file:
        return error.lineno or line
    trace = error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == file:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def values(code, said):
    known = [x for x in code.co_names if x in said]
    known = [x for x in known if isinstance(scope.get(x), (int, str))]
    return ", ".join(f"{x} = {scope[x]}" for x in known)


def fail(error, file, line, text, code):
    at = place(error, file, line)
    kind = type(error).__name__
    told = [f"{file}:{at}: {kind}: {error}" if str(error)
            else f"{file}:{at}: {kind}"]
    lines = text.split("\n")
    if at - line < len(lines):
        said = lines[at - line].strip()
        told.append(said)
        if code:
            told.append(values(code, said))
    os.write(3, "\n".join(x for x in told if x).encode())
    sys.stdout.flush()
    sys.exit(1)


for piece in sys.stdin:
    line, file, text, *known = piece.rstrip("\n").split("\t")
    line = int(line)
    file, text = (bytes.fromhex(x).decode() for x in (file, text))
    code = None
    scope.update((x, int(y)) for x, y in (z.split("=") for z in known))
    try:
        code = compiled(text, file, line)
        exec(code, scope)
    except (Exception, SystemExit) as error:
        if isinstance(error, SystemExit) and not error.code:
            sys.exit(0)
        fail(error, file, line, text, code)
