"""`minitorch run`: an unmodified PyTorch program on minitorch. PyTorch: none (there: `python`)."""

import argparse
import importlib.machinery
import io
import linecache
import os
import sys
import traceback
from collections.abc import Mapping
from types import ModuleType

import minitorch
from minitorch.cli import substitute
from minitorch.cli.pass_on import pass_on
from minitorch.cli.substitute import (
    MINITORCH,
    FolderFinder,
    missing_name,
    script_builtins,
    script_line,
    substitute_import_module,
)

HELP = "run a PyTorch script on minitorch"
DESCRIPTION = """\
Run an unmodified PyTorch script on minitorch: wherever the script, or a module in its folder, imports torch,
it gets minitorch, for torchvision minitorch.vision, for safetensors minitorch.safetensors. Other libraries still
get a real torch, if installed.
torch.__version__ is then the version of PyTorch whose names minitorch has.
"""
EXAMPLE = """\
example:
  minitorch run reference/mnist_cnn.py --epochs 2
  minitorch run -m package.train --epochs 2          # as python -m does

exit status: the script's own; 1 after an error, 2 if there is no such script, 130 when interrupted
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_module_option(parser)
    parser.add_argument("script", metavar="SCRIPT", help="a Python file that imports torch")
    parser.add_argument("args", metavar="...", nargs=argparse.REMAINDER, help="arguments for the script")


def add_module_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-m", dest="module", action="store_true", help="SCRIPT is a module of this folder, or a package: as python -m"
    )


def run(options: argparse.Namespace) -> int:
    problem = find_script(options)
    if problem:
        print(f"minitorch run: {problem}", file=sys.stderr)
        return 2
    minitorch.__version__ = minitorch.version.interface
    return run_script(options.script, options.args, MINITORCH, options.module)


def find_script(options: argparse.Namespace) -> str | None:
    """With -m, make a module's name in `options` its file's. Returns why it cannot be run, in one line, or None."""
    if not options.module:
        return cannot_read(options.script)
    options.module = options.script
    parts = options.script.split(".")
    for file in (os.path.join(*parts) + ".py", os.path.join(*parts, "__main__.py")):
        if os.path.isfile(file):
            if os.path.basename(file) == "__main__.py":
                options.module += ".__main__"
            options.script = file
            return None
    return f"no module named {options.script!r} in this folder (with -m: package.module, without .py)"


def cannot_read(script: str) -> str | None:
    """Why `script` cannot be run, in one line; None if it can."""
    try:
        with io.open_code(os.path.abspath(script)):
            return None
    except OSError as error:
        return f"cannot open {script!r}: {error.strerror}"


def run_script(script: str, arguments: list[str], libraries: Mapping[str, str], module: str | None = None) -> int:
    """Run a file as Python would, as `__main__`; `libraries` are what its imports say and what they get.

    With the name of its `module`, as `python -m` would: its folder is the current one, and relative imports work.
    Returns the exit status: 0, or 1 after an error, which is printed with the script's lines only. SystemExit
    goes through to the caller.
    """
    path = os.path.abspath(script)
    builtins_ = script_builtins(libraries)
    main = ModuleType("__main__")
    sys.modules["__main__"] = main  # where pickle looks for the script's classes
    sys.argv = [script, *arguments]
    if not sys.flags.safe_path:
        sys.path[0] = os.getcwd() if module else os.path.dirname(path)
    if libraries == MINITORCH:
        pass_on(path, module)
    try:
        execute(path, module, main, libraries, builtins_)
        return 0
    except KeyboardInterrupt as error:
        show(error, builtins_)
        return 130
    except Exception as error:
        show(error, builtins_)
        return 1


def execute(
    path: str, module: str | None, main: ModuleType, libraries: Mapping[str, str], builtins_: dict[str, object]
) -> None:
    """Run a file in a main module; it, and the modules of its folder, get `builtins_`."""
    main.__dict__.update(__file__=path, __builtins__=builtins_, __spec__=None, __cached__=None, __package__=None)
    substitute_import_module(libraries, builtins_)
    if not sys.flags.safe_path:
        before = sys.meta_path.index(importlib.machinery.PathFinder)  # and after the built-in modules
        folder = os.getcwd() if module else os.path.dirname(path)
        sys.meta_path.insert(before, FolderFinder(folder, builtins_))
    if module:
        main.__spec__ = importlib.machinery.ModuleSpec(module, None, origin=path)
        main.__package__ = module.rpartition(".")[0]
        if main.__package__:
            builtins_["__import__"](main.__package__)
    with io.open_code(path) as file:
        code = compile(file.read(), path, "exec", dont_inherit=True)
    exec(code, main.__dict__)


def show(error: BaseException, builtins_: dict[str, object]) -> None:
    """Print one clear line for a missing name, otherwise Python's traceback, from the script's line on."""
    sys.stdout.flush()
    name, place = missing_name(error), script_line(error.__traceback__, builtins_)
    if name and place:
        file, line = place
        print(f"{os.path.relpath(file)}:{line}: {name}", file=sys.stderr)
        print(f"    {linecache.getline(file, line).strip()}", file=sys.stderr)
        return
    summary = traceback.TracebackException.from_exception(error)
    print("".join(without_our_lines(summary).format()), end="", file=sys.stderr)


def without_our_lines(summary: traceback.TracebackException) -> traceback.TracebackException:
    """Take this command and Python's import machinery out of a traceback and of what led to it."""
    ours = (__file__, substitute.__file__, importlib.__file__)
    summary.stack[:] = [
        frame
        for frame in summary.stack
        if frame.filename not in ours and not frame.filename.startswith("<frozen importlib")
    ]
    for earlier in (summary.__cause__, summary.__context__):
        if earlier is not None:
            without_our_lines(earlier)
    return summary
