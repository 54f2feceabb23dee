"""The command `minitorch`, also `python -m minitorch`. PyTorch: none.

Each command has a file in cli/. What only one of them needs (rich, matplotlib, torch) is imported where it is
used.
"""

import argparse
import sys
from typing import NoReturn

import minitorch
from minitorch.cli import bench, compare, run, warmup

COMMANDS = {"run": run, "compare": compare, "bench": bench, "warmup": warmup}


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status. Wrong arguments exit with status 2 and one line."""
    parser = Parser(
        prog="minitorch",
        description="A PyTorch that you can read. Run a PyTorch script on it, or compare it with PyTorch.",
        epilog="example:\n  minitorch compare reference/mnist_cnn.py --epochs 2",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"minitorch {minitorch.__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, command in COMMANDS.items():
        subparser = commands.add_parser(
            name,
            help=command.HELP,
            description=command.DESCRIPTION,
            epilog=command.EXAMPLE,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.add_arguments(subparser)
    options = parser.parse_args(arguments)
    return COMMANDS[options.command].run(options)


class Parser(argparse.ArgumentParser):
    """argparse, whose errors are one line instead of the usage and a line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


if __name__ == "__main__":
    sys.exit(main())
