"""What the programs in Python answer: the same bytes as those of Node.js, in ../programs/acts.ts."""
import os
import time

ACT = os.environ.get("ACT", "hello")
PORT = int(os.environ.get("PORT", "8080"))

HELLO = b"Hello, World!"
KILOBYTE = b"k" * 1024
TEN_KILOBYTES = b"t" * 10_000
STREAM_CHUNK = b"s" * 128
STREAM_CHUNKS = 8

TEXTS = {"hello": HELLO, "kilobyte": KILOBYTE, "tenKilobytes": TEN_KILOBYTES, "slow": HELLO, "delay": HELLO}
ACTS = ["hello", "kilobyte", "tenKilobytes", "json", "upload", "stream", "delay", "slow"]


def routes():
    """Paths and the acts behind them: `/` for one act, all of them for `routes`."""
    return {"/" + act: act for act in ACTS} if ACT == "routes" else {"/": ACT}


def message():
    return {"message": HELLO.decode()}


def block():
    """Holds the loop, as a handler does that computes."""
    until = time.perf_counter() + 0.020
    while time.perf_counter() < until:
        pass
