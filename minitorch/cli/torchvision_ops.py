"""Operators that a CUDA build of torchvision misses beside a CPU torch. PyTorch: torchvision/extension.py.

There, torchvision's compiled library cannot be loaded, and `import torchvision` fails with "operator
torchvision::nms does not exist", although data sets and transforms need none of it. Once the two operators
have a signature, the import works.
"""

import importlib.util
import pathlib

OPERATORS = ("nms", "qnms")
SIGNATURE = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"


def define_missing_operators() -> object | None:
    """Define what torchvision's compiled library would have defined, if it does not load; None if it does.

    The operators live as long as the object returned. Imports torch, not torchvision.
    """
    spec = importlib.util.find_spec("torchvision")
    if spec is None or spec.origin is None:
        return None
    import torch

    compiled = [
        file for file in pathlib.Path(spec.origin).parent.glob("_C*") if file.suffix in (".so", ".pyd")
    ]
    try:
        for file in compiled:
            torch.ops.load_library(str(file))
        return None
    except OSError:
        library = torch.library.Library("torchvision", "DEF")
        for operator in OPERATORS:
            library.define(operator + SIGNATURE)
        return library
