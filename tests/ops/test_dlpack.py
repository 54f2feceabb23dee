"""Memory shared with other libraries. PyTorch: test/test_dlpack.py.

On the GPU: tests/cuda/simulated/test_sharing.py and tests/cuda/driven/test_graphs.py.
"""

import ctypes
import gc
import weakref

import numpy as np
import pytest
from helpers import check

import minitorch
from minitorch.ops.dlpack import _device_of, _Versioned


def test_dlpack():
    """Memory goes to and from other libraries without a copy."""
    numbers = np.arange(6.0).reshape(2, 3)
    x = minitorch.from_dlpack(numbers)
    assert x.tolist() == numbers.tolist()
    numbers[0, 0] = 5
    assert x[0, 0].item() == 5
    back = np.from_dlpack(x)
    assert np.shares_memory(back, numbers)


def test_dlpack_of_what_cannot_be_shared():
    def body(torch):
        def message(make):
            try:
                return make()
            except (BufferError, RuntimeError, AssertionError, TypeError) as error:
                return type(error).__name__, str(error).split("\n")[0]

        x, capsule = torch.ones(2), torch.utils.dlpack.to_dlpack(torch.arange(3.0))
        return (
            message(lambda: np.from_dlpack(torch.ones(2, requires_grad=True))), message(lambda: torch.from_dlpack([1, 2])),
            message(lambda: x.__dlpack__(stream=1)), message(lambda: x.__dlpack__(stream="1")), torch.from_dlpack(capsule),
            message(lambda: torch.from_dlpack(capsule)), message(lambda: torch.from_dlpack(x.__dlpack__(), device="cpu")),
            torch.from_dlpack(x, copy=True).add_(1), torch.from_dlpack(x, copy=False, device="cpu") + 1, x,
            tuple(map(int, x.__dlpack_device__())), repr(x.__dlpack__())[:25], repr(x.__dlpack__(max_version=(1, 0)))[:35],
            repr(x.__dlpack__(max_version=(0, 8), dl_device=(1, 0), copy=True))[:25],
        )  # fmt: skip

    check(body)


KINDS = ["float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint8", "bool"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("version", [None, (1, 0)])
def test_there_and_back(kind, version):
    """Capsules of either kind, between minitorch and PyTorch in both directions: values, strides, dtype, one memory."""
    torch = pytest.importorskip("torch", reason="shares memory with the real PyTorch, which is not installed")
    for mine, theirs in ((minitorch, torch), (torch, minitorch)):
        for x in (mine.arange(6).reshape(2, 3).T[1:], mine.tensor(3), mine.zeros(0, 3)):
            x = x.to(getattr(mine, kind))
            y = theirs.from_dlpack(x.__dlpack__(max_version=version))
            assert y.tolist() == x.tolist() and y.dtype == getattr(theirs, kind) and tuple(y.shape) == tuple(x.shape)
            if x.numel():
                assert y.data_ptr() == x.data_ptr() and y.stride() == x.stride()
                y.fill_(0)
                assert x.tolist() == y.tolist()


@pytest.mark.parametrize("version", [None, (1, 0)])
def test_lifetime(version):
    """The memory stays as long as whoever took it, and no longer; a capsule that nobody takes holds it, too."""
    torch = pytest.importorskip("torch", reason="shares memory with the real PyTorch, which is not installed")
    x = minitorch.arange(4.0)
    alive = weakref.ref(x.array)
    y, unused = torch.from_dlpack(x.__dlpack__(max_version=version)), x.__dlpack__(max_version=version)
    del x
    gc.collect()
    assert alive() is not None and y.tolist() == [0.0, 1.0, 2.0, 3.0]
    del y
    gc.collect()
    assert alive() is not None
    del unused
    gc.collect()
    assert alive() is None


def test_read_only():
    """Memory that must not be written to, as the capsule says, is copied."""
    if tuple(map(int, np.__version__.split(".")[:2])) < (2, 1):
        pytest.skip("this NumPy gives no read-only arrays away: it does so since 2.1")
    numbers = np.arange(3.0)
    numbers.flags.writeable = False
    x = minitorch.from_dlpack(numbers)
    x.add_(1)
    assert numbers.tolist() == [0.0, 1.0, 2.0] and x.tolist() == [1.0, 2.0, 3.0]


def test_unknown_capsules():
    """A newer layout and a second GPU are refused before anything is read; the capsule is not used up, nor changed."""
    x = minitorch.arange(3.0)
    capsule = x.__dlpack__(max_version=(1, 0))
    if "versioned" not in repr(capsule):
        pytest.skip("this NumPy makes capsules without versions only: they came with 2.1")
    get = ctypes.pythonapi.PyCapsule_GetPointer
    struct = _Versioned.from_address(get(capsule, b"dltensor_versioned"))
    struct.major = 2
    with pytest.raises(RuntimeError, match="Unsupported DLPack capsule major version"):
        minitorch.from_dlpack(capsule)
    struct.major = 1
    _device_of(capsule).type = 8  # Metal
    with pytest.raises((RuntimeError, BufferError)):
        minitorch.from_dlpack(capsule)
    assert _device_of(capsule).type == 8
    _device_of(capsule).type = 1
    assert minitorch.from_dlpack(capsule).tolist() == x.tolist()


def test_of_the_gpu_without_one():
    """One clear error for memory of a GPU that is not there."""
    if minitorch.cuda.is_available():
        pytest.skip("there is a GPU")
    capsule = minitorch.arange(3.0).__dlpack__()
    _device_of(capsule).type = 2
    with pytest.raises((AssertionError, RuntimeError)):
        minitorch.from_dlpack(capsule)
    assert _device_of(capsule).type == 2


def test_unknown_dtype():
    """What minitorch has no dtype for is refused, and PyTorch's tensor stays what it was."""
    torch = pytest.importorskip("torch", reason="shares memory with the real PyTorch, which is not installed")
    x = torch.ones(2, dtype=torch.bfloat16)
    with pytest.raises((RuntimeError, BufferError), match="dtype"):
        minitorch.from_dlpack(x)
    assert x.tolist() == [1.0, 1.0]
