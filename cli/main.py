"""`poc`: a shell over the packages. No logic here, and nothing heavy imported until a command needs it."""

from __future__ import annotations

import difflib
import gc
import os
import re
import sys

import typer

from cli import commands
from cli.output import complain, hush

app = typer.Typer(
    name="poc",
    help="Emulate a wireless proof-of-coverage network on a real map: place, beacon, judge, catch liars, pay.",
    epilog="First time? Type 'poc demo'. Every command shows examples with --help.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
commands.add_to(app)

# Typer may carry its own copy of click, so the class is taken from where Typer has it.
ClickException: type[Exception] = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")

EXIT_RUN_FAILED, EXIT_BAD_INPUT, EXIT_INTERRUPTED = 1, 2, 130


def run() -> None:
    """The console script: one sentence for each error, and a meaningful exit status."""
    gc.set_threshold(50_000)  # loading libraries makes many objects that last: looking for dead ones among them is slow
    sys.exit(status_of(sys.argv[1:]))


def status_of(words: list[str]) -> int:
    """Run the command of these words; its exit status."""
    debug = "--debug" in words
    hush(False)
    try:
        status = app(words, standalone_mode=False)
        return _said(status if isinstance(status, int) else 0)
    except typer.Exit as end:
        return _said(end.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        return _said(EXIT_INTERRUPTED)
    except ClickException as error:
        if _usage(error):  # empty where only the help page was wanted
            complain(f"error: {_usage(error)}")
        return EXIT_BAD_INPUT
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if debug:
            raise
        return _told(error)


def _usage(error: Exception) -> str:
    """What click has to say about wrong words on the command line, with what may have been meant."""
    said = str(getattr(error, "format_message", error.__str__)()).replace("Value error, ", "")
    said = re.sub(r"\(Possible options?: (.*)\)$", r"Did you mean \1?", said)
    choice = re.search(r"'([^']*)' is not one of (.*?)\.?$", said)
    if choice:
        near = difflib.get_close_matches(choice[1], re.findall(r"'([^']*)'", choice[2]), n=1)
        said += f" Did you mean '{near[0]}'?" if near else ""
    return said


def _said(status: int) -> int:
    if status == EXIT_INTERRUPTED:
        complain("interrupted; nothing half-written was left behind.")
    return status


def _told(error: Exception) -> int:
    import errno

    from poc.errors import PocError, StoreError

    if isinstance(error, PocError):
        complain(f"error: {error}")
        cause = error.__cause__
        full = isinstance(error, StoreError) and isinstance(cause, OSError) and cause.errno == errno.ENOSPC
        return EXIT_RUN_FAILED if full else EXIT_BAD_INPUT
    complain(f"error: the run failed ({type(error).__name__}: {error}); add --debug for the traceback.")
    return EXIT_RUN_FAILED


if __name__ == "__main__":
    run()
