"""The GPU's kernels have the names and the signatures of the CPU's. PyTorch: native_functions.yaml's dispatch tables."""

import ast
from pathlib import Path

import minitorch

FOLDER = Path(minitorch.__file__).parent / "kernels"
CLASSES = {"Pointwise", "Reduction", "PairLoss"}


def exports(device: str) -> dict[str, tuple[str, str]]:
    """Name -> (file, name there), as kernels/<device>/__init__.py says."""
    tree = ast.parse((FOLDER / device / "__init__.py").read_text())
    prefix = f"minitorch.kernels.{device}."
    return {
        alias.asname or alias.name: (node.module.removeprefix(prefix), alias.name)
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def signature(device: str, file: str, name: str) -> str:
    """The parameters of a launcher, or what a table makes of it."""
    for node in ast.walk(ast.parse((FOLDER / device / f"{file}.py").read_text())):
        if isinstance(node, ast.FunctionDef) and node.name == name:
            arguments = node.args
            names = [each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
            return f"{names} {[ast.unparse(each) for each in arguments.defaults]}"
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == name:
            return ast.unparse(node.value).partition("(")[0]
    return "elsewhere"


def test_names():
    """One list, in the same files."""
    assert {name: file for name, (file, _) in exports("cuda").items()} == {
        name: file if name != "fill" else "pointwise" for name, (file, _) in exports("cpu").items()
    }


def test_signatures():
    """The same parameters in the same order, with the same defaults."""
    cuda = exports("cuda")
    different = []
    for name, (file, there) in exports("cpu").items():
        mine, theirs = signature("cuda", *cuda[name]), signature("cpu", file, there)
        if mine != theirs and "elsewhere" not in (mine, theirs):
            different.append(f"{name}: {mine}, on the CPU {theirs}")
    assert not different, "\n".join(different)
