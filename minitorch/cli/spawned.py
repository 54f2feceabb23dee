"""What a process that a script of `minitorch run` has started loads in place of the script; see pass_on.py. PyTorch: none."""

import os
import sys

from minitorch.cli.pass_on import MODULE, SCRIPT, pass_on
from minitorch.cli.run import execute
from minitorch.cli.substitute import MINITORCH, script_builtins

if __name__ == "__mp_main__":
    script, module = os.environ[SCRIPT], os.environ[MODULE] or None
    pass_on(script, module)
    execute(script, module, sys.modules[__name__], MINITORCH, script_builtins(MINITORCH))
