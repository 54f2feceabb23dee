"""torchvision beside a CPU-only torch, and the real MNIST. PyTorch: torchvision itself is the counterpart."""

import os
from types import ModuleType

import pytest
from agreement import agree

BESIDE = os.path.join(os.path.dirname(__file__), "..", "..", "..", "shared", "mnist")
SHARED_MNIST = os.environ.get("MINITORCH_MNIST", BESIDE)


@pytest.fixture(scope="session")
def agree_with_torchvision():
    """agree(body), where body gets a library and its torchvision."""
    torch = pytest.importorskip("torch", reason="compares with the real PyTorch, which is not installed")
    torchvision = import_torchvision(torch)
    import minitorch
    from minitorch import vision

    def compare(body):
        agree(body, lambda: ((minitorch, vision), (torch, torchvision)))

    return compare


@pytest.fixture(scope="session")
def mnist_root():
    """The folder of the real MNIST: named by MINITORCH_MNIST, else beside the repository."""
    if not os.path.isdir(os.path.join(SHARED_MNIST, "MNIST", "raw")):
        pytest.skip("the real MNIST is neither in $MINITORCH_MNIST nor in ../shared/mnist beside the repository")
    return SHARED_MNIST


def import_torchvision(torch) -> ModuleType:
    """torchvision's datasets and transforms.

    A torchvision built for CUDA cannot be imported beside a CPU-only torch, which lacks two of its operators.
    Nothing here calls them, so empty ones will do.
    """
    if not hasattr(torch.ops.torchvision, "nms"):
        library = torch.library.Library("torchvision", "DEF")
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        import_torchvision.keep = library  # the operators live as long as this object
    return pytest.importorskip(
        "torchvision", reason="compares with the real torchvision, which is not installed"
    )
