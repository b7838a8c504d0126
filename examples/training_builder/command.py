"""The command line: a burst of work at first, then work at an even pace until somebody stops it."""

import argparse
import logging
import math
import os
import random
import signal
import sys
import threading
from typing import NamedTuple

from .provider import choose
from .workload import Workload

log = logging.getLogger("training_builder")

_GRACE_S = 2.0

_ABOUT = """\
Training Builder writes training material with the OpenAI client: titles, outlines, content, training kits
and marketing kits, for users who accept, edit or reject them. It is instrumented with spanmart; spans go
where the OTEL_* variables say: http://localhost:4318, or what OTEL_EXPORTER_OTLP_ENDPOINT names.
"""
_SERVERS = """\
which server it calls:
  OPENAI_BASE_URL      a compatible server; SPANMART_DEMO_MODEL names its model, else its first one is used
  OPENAI_API_KEY       OpenAI, which costs money: about 0.02 USD for the burst, then 0.30 USD an hour
  neither              a stand-in server, started by itself, without a model, key or network

examples:
  python examples/training_builder                          start and go on until Ctrl-C
  python examples/training_builder --once                   the burst only
  python examples/training_builder --interactions 20 --rate 60
"""


class Options(NamedTuple):
    """The options: `burst` and `workers` are None where the server decides, `total` where nothing ends it."""

    burst: int | None
    total: int | None
    once: bool
    rate: float
    seed: int
    workers: int | None
    stop_with_stdin: bool


def main() -> None:
    """Run until the work is done or a signal comes; ends with status 0 either way."""
    options = parse(sys.argv[1:])
    logging.basicConfig(level=logging.INFO, format="training_builder: %(message)s", stream=sys.stderr)
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if options.stop_with_stdin:
        threading.Thread(target=_follow_stdin, name="stdin", daemon=True).start()
    stop = threading.Event()
    provider = choose(seed=options.seed)
    log.info("calling %s%s", provider.name, ", which costs money" if provider.costs_money else "")
    work = Workload(provider, options, stop)
    worker = threading.Thread(target=work.run, name="workload", daemon=True)
    worker.start()
    try:
        stop.wait()
    except KeyboardInterrupt:
        # What was made is still to be sent: a second signal shall not cut that short.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    stop.set()
    provider.close()
    worker.join(_GRACE_S)
    log.info("stopped after %d interactions", work.made)


def parse(arguments: list[str]) -> Options:
    """Read the command line; a wrong value ends with status 2 and says which."""
    parser = argparse.ArgumentParser(
        prog="training_builder",
        description=_ABOUT,
        epilog=_SERVERS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--burst", type=_count, metavar="N", help="interactions to start with, as fast as they come")
    add("--once", action="store_true", help="stop after the burst")
    add("--interactions", dest="total", type=_count, metavar="N", help="stop after N interactions in all")
    add("--rate", type=_rate, default=6.0, metavar="R", help="interactions a minute after the burst (6)")
    add("--seed", type=int, metavar="S", help="the same users, forms and faults again (by default, others)")
    add("--workers", type=_count, metavar="N", help="users at work at once in the burst")
    add("--stop-with-stdin", action="store_true", help="stop when standard input ends")
    given = vars(parser.parse_args(arguments))
    return Options(**given | {"seed": random.randrange(2**32) if given["seed"] is None else given["seed"]})


def _follow_stdin() -> None:
    """Stop with whoever started this, even if that was killed and could not say so."""
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number above 0")
    return number


def _rate(text: str) -> float:
    number = float(text)
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is not a number above 0")
    return number
