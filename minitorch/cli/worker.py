"""The process in which `minitorch compare` runs a script on one library. PyTorch: none.

    python -m minitorch.cli.worker LIBRARY FOLDER SCRIPT [args]

runs SCRIPT on LIBRARY (torch or minitorch) and leaves in FOLDER what `cli/watch.py` records. A script
that sets no seed of its own draws from seed 0, so that it can be compared.
"""

import pathlib
import sys

from minitorch.cli.run import run_script
from minitorch.cli.substitute import MINITORCH
from minitorch.cli.torchvision_ops import define_missing_operators
from minitorch.cli.watch import Watch


def main(library: str, folder: str, script: str, *arguments: str) -> int:
    operators = define_missing_operators() if library == "torch" else None
    watch = Watch(library, pathlib.Path(folder))
    watch.torch.manual_seed(0)
    watch.start()
    try:
        return run_script(script, list(arguments), MINITORCH if library == "minitorch" else {})
    finally:
        if operators is not None and "torchvision" in sys.modules:
            watch.write({"event": "operators defined"})
        watch.finish()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
