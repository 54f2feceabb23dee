"""The layout contract of docs/architecture.md, read from the source. PyTorch: .lintrunner.toml."""

import ast
import functools
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "minitorch"
NAMES = sorted(str(file.relative_to(PACKAGE)) for file in PACKAGE.rglob("*.py"))
OPS = [name for name in NAMES if name.startswith("ops/") and name != "ops/__init__.py"]
KERNELS = [name for name in NAMES if name.startswith("kernels/")]

# What a part of the package may import at the top of its files: itself, and what lies below.
CORE = {"types", "_storage", "_tensor", "autograd", "random", "kernels", "return_types"}
BELOW = {
    "kernels": {"kernels"},
    "types": set(),
    "_storage": {"types", "kernels"},
    "_tensor": {"types", "_storage", "_methods", "kernels"},
    "_methods": {"types", "_methods"},
    "autograd": {"types", "_storage", "_tensor", "autograd", "profiler.profiler"},
    "random": {"types", "_storage", "_tensor", "kernels"},
    "ops": CORE | {"ops"},
    "func": CORE | {"ops", "func", "nn", "utils._pytree"},
    "nn": CORE | {"ops", "nn", "utils.hooks"},
    "optim": CORE | {"ops", "optim", "nn", "utils.hooks"},
}

# "Nothing else may": they look names up when called, which keeps Tensor and ops free of circular imports.
# gradcheck and functional are programs that use the library, and stand where PyTorch has them.
LOOKS_UP = {"_tensor.py"} | {f"autograd/{name}.py" for name in ("engine", "function", "functional", "gradcheck", "node", "__init__")}
LOOKS_UP |= {name for name in NAMES if name.startswith("_methods/")}

# Parts of ops that are no family of operations: what families share, and the bookkeeping of Tensor.
SHARED_BY_OPS = {"resample", "promotion", "sizes", "autograd", "devices", "numbers", "writable", "matrices", "tensor_types"}

# Families whose tests stand elsewhere: with the indices, the streams of numbers, the optimizers.
TESTED_IN = {
    "rnn": "nn/test_module_db.py",
    "buffers": "ops/test_native.py",
    "apply": "test_everyday.py",
    "products": "op_db/test_op_db.py",
    "einsum": "op_db/test_op_db.py",
    "pseudo_inverse": "op_db/test_op_db.py",
    "triangular": "op_db/test_op_db.py",
    "solving": "op_db/test_op_db.py",
    "attention": "op_db/test_op_db.py",
    "embedding_bag": "op_db/test_op_db.py",
    "grid_sample": "op_db/test_op_db.py",
    "distance": "op_db/test_op_db.py",
    "margin_loss": "op_db/test_op_db.py",
    "index_reduce": "op_db/test_op_db.py",
    "unique": "op_db/test_op_db.py",
    "where": "op_db/test_op_db.py",
    "binary": "op_db/test_op_db.py",
    "combination": "op_db/test_op_db.py",
    "counting": "op_db/test_op_db.py",
    "differences": "op_db/test_op_db.py",
    "hyperbolic": "op_db/test_op_db.py",
    "order": "op_db/test_op_db.py",
    "special": "op_db/test_op_db.py",
    "statistics": "op_db/test_op_db.py",
    "diagonals": "op_db/test_op_db.py",
    "real": "op_db/test_op_db.py",
    "scattering": "op_db/test_op_db.py",
    "slicing": "op_db/test_op_db.py",
    "strided": "op_db/test_op_db.py",
    "turning": "op_db/test_op_db.py",
    "view_copies": "op_db/test_op_db.py",
    "fold": "op_db/test_op_db.py",
    "interpolate": "op_db/test_op_db.py",
    "max_unpool": "op_db/test_op_db.py",
    "max_pool": "op_db/test_op_db.py",
    "avg_pool": "op_db/test_op_db.py",
    "normalize": "op_db/test_op_db.py",
    "norm": "op_db/test_op_db.py",
    "triangles": "op_db/test_op_db.py",
    "conv_transpose": "op_db/test_op_db.py",
    "elu": "op_db/test_op_db.py",
    "gated": "op_db/test_op_db.py",
    "pad": "op_db/test_op_db.py",
    "piecewise": "op_db/test_op_db.py",
    "advanced_indexing": "ops/test_indexing.py",
    "distributions": "test_random.py",
    "embedding": "ops/test_masked.py",
    "index_select": "ops/test_gather.py",
    "optim": "optim/test_optimizers.py",
}


@functools.cache
def tree(name: str) -> ast.Module:
    return ast.parse((PACKAGE / name).read_text())


def every(name: str, *kinds) -> list:
    return [node for node in ast.walk(tree(name)) if isinstance(node, kinds)]


def part_of(name: str) -> str:
    return name.removesuffix(".py").split("/")[0]


def none_of(wrong: list[str], rule: str) -> None:
    if wrong:
        pytest.fail(f"{rule}\n  " + "\n  ".join(wrong), pytrace=False)


def modules(name: str) -> set[str]:
    """The full names of the modules a file imports; `from minitorch import x` counts as minitorch.x."""
    found = {alias.name for node in every(name, ast.Import) for alias in node.names}
    for node in every(name, ast.ImportFrom):
        if node.module == "minitorch":
            found |= {f"minitorch.{each.name}" for each in node.names}
        else:
            found.add(node.module or "")
    return found


def within(module: str, allowed: set[str]) -> bool:
    return any(module == each or module.startswith(each + ".") for each in allowed)


@pytest.mark.smoke
def test_imports_only_go_down():
    none_of(
        [
            f"{name} imports {module}"
            for name in NAMES
            if part_of(name) in BELOW
            for module in modules(name)
            if module.startswith("minitorch.")
            and not within(module.removeprefix("minitorch."), BELOW[part_of(name)])
        ],
        "A file may import what lies below it (BELOW in this test).",
    )


def test_who_says_import_minitorch():
    none_of(
        [
            name
            for name in NAMES
            if part_of(name) in set(BELOW) - {"nn", "optim"}
            if name not in LOOKS_UP and "minitorch" in modules(name)
        ],
        f"Below nn only {sorted(LOOKS_UP)} may say `import minitorch`.",
    )


def test_kernels_know_arrays_only():
    known = sys.stdlib_module_names | {"numpy", "numba", "llvmlite", "minitorch"}
    none_of(
        [
            f"{name} imports {module}"
            for name in KERNELS
            for module in modules(name)
            if module.split(".")[0] not in known
        ],
        "Kernels need the standard library, NumPy and the compiler.",
    )


def test_no_real_torch_inside():
    none_of(
        [
            name
            for name in NAMES
            if not name.startswith("cli/")
            and {"torch", "torchvision"} & {each.split(".")[0] for each in modules(name)}
        ],
        "Only the command that compares with torch may import it.",
    )


def test_every_file_names_itself_and_its_counterpart():
    first = {name: (ast.get_docstring(tree(name)) or "").split("\n\n")[0] for name in NAMES}
    counterparts = ("PyTorch:", "torchvision:", "Python:")
    none_of(
        [f"{name}: {doc!r}" for name, doc in first.items() if not any(each in doc for each in counterparts)],
        'A file says first what it is, and names its counterpart: "PyTorch: torch/optim/adam.py."',
    )


def test_files_are_short():
    # minitorch/__init__.py is the index of torch's names, one to a line: nothing to read there, and nowhere to split it.
    lengths = {name: len((PACKAGE / name).read_text().splitlines()) for name in NAMES if name != "__init__.py"}
    none_of([f"{name}: {length}" for name, length in lengths.items() if length > 500], "At most 500 lines.")


def test_names_are_written_out():
    wrong = []
    for name in NAMES:
        wrong += [
            f"{name}:{n.lineno} import *" for n in every(name, ast.ImportFrom) if n.names[0].name == "*"
        ]
        for node in tree(name).body:
            if isinstance(node, ast.FunctionDef) and node.name == "__getattr__":
                wrong.append(f"{name}:{node.lineno} __getattr__ of a module")
            if not isinstance(node, ast.FunctionDef | ast.ClassDef):  # runs on import
                wrong += [
                    f"{name}:{call.lineno} {call.func.id}"
                    for call in calls(node, "setattr", "globals", "vars")
                ]
            if not name.startswith("cli/"):
                wrong += [f"{name}:{call.lineno} {call.func.id}" for call in calls(node, "exec", "eval")]
    none_of(wrong, "`git grep -w name` is the complete truth: no star imports, no names made by code.")


def calls(node: ast.AST, *names: str) -> Iterator[ast.Call]:
    for each in ast.walk(node):
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id in names:
            yield each


def exported() -> set[tuple[str, str]]:
    """(module, name) of what people reach as torch.x or torch.nn.functional.x."""
    return {
        (node.module, alias.name)
        for name in ("__init__.py", "nn/functional.py")
        for node in every(name, ast.ImportFrom)
        for alias in node.names
    }


def test_public_operations_say_what_they_are():
    public, wrong = exported(), []
    for name in OPS:
        for node in tree(name).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            doc, where = ast.get_docstring(node) or "", f"{name}:{node.lineno} {node.name}"
            if not doc:
                wrong.append(f"{where}: no docstring")
            elif (f"minitorch.ops.{Path(name).stem}", node.name) in public and "PyTorch:" not in doc:
                wrong.append(f"{where}: no counterpart (`PyTorch: torch.relu.`)")
            if node.decorator_list:
                wrong.append(f"{where}: decorated")
    none_of(wrong, "A public function of ops has a sentence, its counterpart, and no decorator.")


def test_every_family_has_its_tests():
    here = Path(__file__).parent
    families = [Path(name).stem for name in OPS if Path(name).stem not in SHARED_BY_OPS]
    files = [TESTED_IN.get(family, f"ops/test_{family}.py") for family in families]
    none_of([f"tests/{file}" for file in files if not (here / file).exists()], "Missing.")


def is_compiled(function: ast.FunctionDef) -> bool:
    names = [each.func if isinstance(each, ast.Call) else each for each in function.decorator_list]
    return any(isinstance(each, ast.Name) and each.id in {"serial", "parallel", "njit"} for each in names)


def is_loop(function: ast.FunctionDef) -> bool:
    """Has a prange: it is compiled although another function decorates it."""
    return any(isinstance(node, ast.Name) and node.id == "prange" for node in ast.walk(function))


def test_compiled_loops_do_not_raise():
    wrong = [
        f"{name}:{node.lineno} in {function.name}"
        for name in KERNELS
        for function in every(name, ast.FunctionDef)
        if name == "kernels/formulas.py" or is_compiled(function) or is_loop(function)
        for node in ast.walk(function)
        if isinstance(node, ast.Raise | ast.Assert | ast.Try)
    ]
    none_of(
        wrong,
        "An exception in a parallel region is lost, its output unwritten: loops write a status instead.",
    )


def test_compiled_loops_are_private():
    wrong = [
        f"{name}:{function.lineno} {function.name}"
        for name in KERNELS
        for function in every(name, ast.FunctionDef)
        if is_compiled(function) and not function.name.startswith("_") and not ast.get_docstring(function)
    ]
    none_of(
        wrong,
        "A launcher stands before a compiled loop; one that other loops call says in a docstring what it is.",
    )


def test_how_loops_are_compiled():
    """By _compile.py only, so that x / 0 is infinite; and never with fastmath=True, which drops NaN."""
    wrong = []
    for name in KERNELS:
        for call in every(name, ast.Call):
            options = {each.arg: each.value for each in call.keywords}
            if isinstance(fast := options.get("fastmath"), ast.Constant) and fast.value is True:
                wrong.append(f"{name}:{call.lineno} fastmath=True")
        compiles = list(calls(tree(name), "njit", "jit", "vectorize", "guvectorize"))
        if name != "kernels/cpu/_compile.py" and compiles:
            wrong.append(f"{name}:{compiles[0].lineno} compiles by itself")
        for call in compiles:
            model = {each.arg: each.value for each in call.keywords}.get("error_model")
            if not isinstance(model, ast.Constant) or model.value != "numpy":
                wrong.append(f"{name}:{call.lineno} without error_model='numpy'")
    none_of(wrong, "How loops are compiled:")
