"""Processes that a script of `minitorch run` starts by spawn or forkserver get minitorch too. PyTorch: none.

Such a process begins empty, and Python loads the script in it anew, as `__mp_main__`, by its path: with the real
torch. `pass_on` lets it load `minitorch.cli.spawned` instead, which loads the script as `minitorch run` does.
"""

import multiprocessing.spawn
import os

SCRIPT, MODULE = "MINITORCH_SCRIPT", "MINITORCH_MODULE"
"""The environment variables by which such a process knows the script and, with -m, its name."""


def pass_on(path: str, module: str | None) -> None:
    """From now on, processes run this script on minitorch for what it defines."""
    os.environ[SCRIPT], os.environ[MODULE] = path, module or ""
    original = multiprocessing.spawn.get_preparation_data

    def get_preparation_data(name):
        data = original(name)
        by_path, by_name = data.pop("init_main_from_path", None), data.get("init_main_from_name")
        if by_path or (by_name and not by_name.endswith(".__main__")):  # which Python does not load
            data["init_main_from_name"] = "minitorch.cli.spawned"
        return data

    multiprocessing.spawn.get_preparation_data = get_preparation_data
