"""Tensors on the GPU: where they are, what they print, what they refuse, what becomes of their memory. PyTorch: test/test_cuda.py."""

import copy
import io
import pickle

import numpy as np
import pytest
from gpu import COMPILED_ONLY

import minitorch as torch

pytestmark = pytest.mark.skipif(COMPILED_ONLY, reason="nothing is computed where kernels are only compiled")


def numbers():
    """A tensor on the GPU."""
    return torch.arange(6.0).reshape(2, 3).cuda()


def test_exact_blocks(monkeypatch):
    """For compute-sanitizer: blocks without room behind the array."""
    from minitorch.kernels.cuda import memory

    assert memory._rounded.__wrapped__(3) == 512
    monkeypatch.setattr(memory, "_EXACT", True)
    assert [memory._rounded.__wrapped__(size) for size in (0, 3, 700)] == [1, 3, 700]


def test_where_it_is():
    """device, is_cuda, get_device; results, views, gradients and tensors like it are there too."""
    x = numbers().requires_grad_()
    y = (x * 2).sum()
    y.backward()
    for each in (x, y, x.grad, x[0], x.T, x.detach(), torch.zeros_like(x), x.new_ones(2), x.reshape(3, 2), x.data):
        assert each.device == torch.device("cuda:0") and each.is_cuda and not each.is_cpu and each.get_device() == 0
    assert x.cpu().device.type == "cpu" and x.to("cuda") is x
    assert x.grad.tolist() == [[2.0] * 3] * 2


def test_made_there():
    """Factories with device=, and the default device."""
    for each in (
        torch.zeros(2, device="cuda"), torch.ones(2, device="cuda:0"), torch.full((2,), 7, device="cuda"),
        torch.arange(3, device="cuda"), torch.eye(2, device="cuda"), torch.tensor([1, 2], device="cuda"),
        torch.linspace(0, 1, 3, device=torch.device("cuda")), torch.empty(2, device=0),
    ):  # fmt: skip
        assert each.is_cuda
    assert torch.eye(2, device="cuda").tolist() == [[1.0, 0.0], [0.0, 1.0]]
    with torch.device("cuda"):
        assert torch.ones(2).is_cuda
    assert not torch.ones(2).is_cuda


def test_repr():
    """The device is printed."""
    assert repr(numbers()[0]) == "tensor([0., 1., 2.], device='cuda:0')"
    assert repr(torch.zeros(0, device="cuda")) == "tensor([], device='cuda:0')"


def test_mixed_devices():
    """PyTorch's error; a CPU tensor without dimensions is a number."""
    x = numbers()
    for wrong in (lambda: x + torch.ones(2, 3), lambda: torch.ones(2, 3) + x, lambda: x @ torch.ones(3, 2)):
        with pytest.raises(RuntimeError, match="Expected all tensors to be on the same device"):
            wrong()
    assert (x + torch.tensor(1.0)).tolist() == [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
    with pytest.raises(TypeError, match="can't convert cuda:0 device type tensor to numpy"):
        x.numpy()
    with pytest.raises(RuntimeError, match="invalid device ordinal"):
        x.to("cuda:1")


def test_gradient_goes_back():
    """Moving is recorded: the gradient arrives where the leaf is."""
    x = torch.ones(2, requires_grad=True)
    (x.cuda() * 3).sum().backward()
    assert x.grad.device.type == "cpu" and x.grad.tolist() == [3.0, 3.0]


def test_copies():
    """copy_ between devices, clone, deepcopy, pickle, save and load."""
    x, y = numbers(), torch.zeros(2, 3)
    assert y.copy_(x).tolist() == x.tolist() and torch.zeros(2, 3, device="cuda").copy_(y).tolist() == y.tolist()
    for again in (x.clone(), copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        assert again.is_cuda and again.tolist() == x.tolist() and again.data_ptr() != x.data_ptr()
    file = io.BytesIO()
    torch.save({"x": x}, file)
    for where, device in ((None, "cuda"), ("cpu", "cpu")):
        file.seek(0)
        loaded = torch.load(file, map_location=where)["x"]
        assert loaded.device.type == device and loaded.tolist() == x.tolist()


def test_views_share_memory():
    """A write through a view is seen by the base, and counted."""
    x = numbers()
    x[:, 1] = 7
    x.T[2].add_(1)
    assert x.tolist() == [[0.0, 7.0, 3.0], [3.0, 7.0, 6.0]] and x._version == 2
    assert x.untyped_storage().nbytes() == 24 and x.T.untyped_storage().data_ptr() == x.data_ptr()


def test_interface():
    """Another library finds the memory without a copy, and so does minitorch."""
    x = numbers()
    interface = x.T.__cuda_array_interface__
    assert interface["shape"] == (3, 2) and interface["strides"] == (4, 12) and interface["typestr"] == "<f4"
    assert interface["data"] == (x.data_ptr(), False)

    class Foreign:
        __cuda_array_interface__ = interface

    again = torch.as_tensor(Foreign())
    again.add_(1)
    assert again.is_cuda and x.tolist() == [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]


def test_memory():
    """Freed blocks are used again, and counted."""
    torch.cuda.empty_cache()
    before = torch.cuda.memory_allocated()
    x = torch.empty(1000, device="cuda")
    place = x.data_ptr()
    assert torch.cuda.memory_allocated() - before == 4096 <= torch.cuda.memory_reserved()
    y = x[10:]
    del x
    assert torch.cuda.memory_allocated() - before == 4096  # the view keeps it
    del y
    assert torch.cuda.memory_allocated() == before
    assert torch.empty(1010, device="cuda").data_ptr() == place
    torch.cuda.empty_cache()
    assert torch.cuda.memory_stats()["allocation.all.current"] >= 0
    torch.cuda.reset_peak_memory_stats()
    assert torch.cuda.max_memory_allocated() == torch.cuda.memory_allocated()


def test_streams_and_events():
    """A block gives its work to a stream; events tell the time; memory freed on one stream stays with it."""
    assert torch.cuda.is_available() and torch.cuda.device_count() == 1 and torch.cuda.current_device() == 0
    stream, begin, end = torch.cuda.Stream(), torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    begin.record()
    with torch.cuda.stream(stream):
        assert torch.cuda.current_stream() == stream != torch.cuda.default_stream()
        x = torch.ones(3, device="cuda")
        place = x.data_ptr()
        del x
    assert torch.cuda.current_stream() == torch.cuda.default_stream()
    assert torch.ones(3, device="cuda").data_ptr() != place
    end.record()
    torch.cuda.synchronize()
    assert begin.elapsed_time(end) >= 0 and end.query() and stream.query()
    with pytest.raises(ValueError, match="enable_timing"):
        torch.cuda.Event().elapsed_time(end)
    assert torch.cuda.get_device_properties(0).major >= 8 and isinstance(torch.cuda.get_device_name(), str)


def test_simulator_is_strict():
    """An access beside an array, and a barrier that is missing, are found."""
    from minitorch.kernels import cuda as kernels
    from minitorch.kernels.cuda._compile import kernel
    from minitorch.kernels.cuda._driver import cuda

    @kernel
    def beside(a, place):
        a[place] = 1.0

    for place in (-1, 4):
        with pytest.raises(IndexError, match="out of bounds"):
            beside[1, 1](kernels.zeros((4,), np.float32), place)

    @kernel
    def turned(a, waits):
        shared = cuda.shared.array(8, np.float32)
        shared[cuda.threadIdx.x] = cuda.threadIdx.x
        if waits:
            cuda.syncthreads()
        a[cuda.threadIdx.x] = shared[7 - cuda.threadIdx.x]

    array = kernels.zeros((8,), np.float32)
    turned[1, 8](array, 1)
    assert array.tolist() == [7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 0.0]
    turned[1, 8](array, 0)
    assert array.tolist() != [7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 0.0]


def test_older_driver():
    """PTX newer than the driver is declared to be of the driver's version; other PTX stays as it is."""
    from minitorch.kernels.cuda._driver import understood

    ptx = "// made by NVVM\n\n.version 9.5\n.target sm_90\n"
    for version, expected in ((13050, "9.5"), (13000, "9.0"), (12090, "8.5"), (12010, "8.1"), (14000, "9.5")):
        assert understood(ptx, version) == ptx.replace("9.5", expected)
