"""Give a script `minitorch` where it says `torch`. PyTorch: none.

Python looks `__import__` up in the `__builtins__` of the module that imports. So the script and the modules
of its folder get builtins with an `__import__` of their own. Every other module keeps the usual one: a torch
that scikit-learn, say, imports is the real one, and `sys.modules` holds both under their true names.
`importlib.import_module` asks by the same sign who called it.
"""

import builtins
import difflib
import importlib
import importlib.abc
import importlib.machinery
import sys
from collections.abc import Mapping
from types import ModuleType, TracebackType

MINITORCH = {"torch": "minitorch", "torchvision": "minitorch.vision", "safetensors": "minitorch.safetensors"}
"""What a script says, and what it gets."""


class MissingName(ModuleNotFoundError):
    """An import of a name that minitorch does not have. `str(e)` says which, and what is close."""


def script_builtins(libraries: Mapping[str, str]) -> dict[str, object]:
    """The builtins for a script's modules: importing a key of `libraries` gives its value."""

    def import_(name, globals=None, locals=None, fromlist=(), level=0):
        top, _, rest = name.partition(".")
        if level or top not in libraries:
            return builtins.__import__(name, globals, locals, fromlist, level)
        module = find_module(name, ".".join(filter(None, (libraries[top], rest))))
        if not fromlist:  # `import torch.nn` binds `torch`
            return sys.modules[libraries[top]]
        for attribute in fromlist:
            if attribute != "*" and not hasattr(module, attribute):
                find_module(f"{name}.{attribute}", f"{module.__name__}.{attribute}")
        return module

    return {**vars(builtins), "__import__": import_}


def substitute_import_module(libraries: Mapping[str, str], builtins_: dict[str, object]) -> None:
    """Let `importlib.import_module("torch")` do the same, where a module with these builtins calls it."""
    original = importlib.import_module

    def import_module(name, package=None):
        top, _, rest = name.partition(".")
        if top in libraries and sys._getframe(1).f_builtins is builtins_:
            return find_module(name, ".".join(filter(None, (libraries[top], rest))))
        return original(name, package)

    importlib.import_module = import_module


class FolderFinder(importlib.abc.MetaPathFinder):
    """Finds the modules of a script's own folder, and their submodules, and runs them with `builtins_`.

    Its own are also the folders that the script puts on sys.path, such as the one above.
    """

    def __init__(self, folder: str, builtins_: dict[str, object]):
        self.others = set(sys.path) - {folder}
        self.builtins = builtins_
        self.found: set[str] = set()

    def find_spec(self, name, path=None, target=None):
        parent = name.rpartition(".")[0]
        if parent and parent not in self.found:
            return None
        own = path if parent else [folder for folder in sys.path if folder not in self.others]
        spec = importlib.machinery.PathFinder.find_spec(name, own, target)
        if spec is None:
            return None
        self.found.add(name)
        if isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            spec.loader = FolderLoader(spec.loader.name, spec.loader.path, self.builtins)
        return spec


class FolderLoader(importlib.machinery.SourceFileLoader):
    """Python's own loader, with other builtins for the module."""

    def __init__(self, name: str, path: str, builtins_: dict[str, object]):
        super().__init__(name, path)
        self.builtins = builtins_

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__["__builtins__"] = self.builtins
        super().exec_module(module)


def find_module(asked: str, name: str) -> ModuleType:
    """The module `name` for a script that asked for `asked`; raises MissingName where there is none."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise  # the module is there; something that it needs is not
    parent, _, missing = name.rpartition(".")
    asked_parent = asked.rpartition(".")[0]
    while parent and parent not in sys.modules:  # `torch.a.b.c` where there is no `torch.a`
        parent, _, missing = parent.rpartition(".")
        asked_parent = asked_parent.rpartition(".")[0]
    close = close_names(missing, sys.modules.get(parent), asked_parent)
    raise MissingName(f"{asked} is not in minitorch{close}", name=asked) from None


def close_names(missing: str, owner: object, spoken: str) -> str:
    """`. Close: torch.relu`, or nothing, for a name that `owner` (in a script: `spoken`) lacks."""
    names = [name for name in dir(owner) if not name.startswith("_") or missing.startswith("_")]
    close = difflib.get_close_matches(missing, names, n=3)
    return f". Close: {', '.join(f'{spoken}.{name}' for name in close)}" if close else ""


def missing_name(error: BaseException) -> str | None:
    """What to say of an `error` about a name that minitorch does not have; None for any other error."""
    if isinstance(error, MissingName):
        return str(error)
    owner = getattr(error, "obj", None)
    if not isinstance(error, AttributeError) or owner is None:
        return None
    kind = owner if isinstance(owner, type) else type(owner)
    home = owner.__name__ if isinstance(owner, ModuleType) else kind.__module__
    for said, given in reversed(MINITORCH.items()):  # minitorch.vision before minitorch
        if home == given or home.startswith(f"{given}."):
            spoken = said + home.removeprefix(given) if isinstance(owner, ModuleType) else kind.__name__
            return f"{spoken}.{error.name} is not in minitorch{close_names(error.name, owner, spoken)}"
    return None


def script_line(trace: TracebackType | None, builtins_: dict[str, object]) -> tuple[str, int] | None:
    """File and line of the script's statement that raised; None if an error came from deeper down."""
    place = None
    while trace is not None:
        frame = trace.tb_frame
        if frame.f_builtins is builtins_:
            place = frame.f_code.co_filename, trace.tb_lineno
        elif frame.f_globals.get("__name__") != __name__ and "importlib" not in frame.f_code.co_filename:
            place = None
        trace = trace.tb_next
    return place
