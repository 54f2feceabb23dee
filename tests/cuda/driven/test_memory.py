"""What the driver is asked for: copies, pinned memory, streams, blocks, launches. PyTorch: test/test_cuda.py."""

import ctypes
import os
import struct
import threading

import numpy as np
import pytest

import minitorch as torch
from minitorch.kernels import _gpu
from minitorch.kernels.cuda import _driver, memory, pinned

HOST = torch.arange(6.0)


def value(x) -> list:
    """What a tensor of the GPU holds once all is done."""
    return x.cpu().tolist()


def test_notes_of_kernels(driver):
    """A kernel gets the address of a word in pinned memory; what stands there is told by whoever has waited, and once."""
    text = "Target {} is out of bounds."
    loss = torch.nn.functional.nll_loss(HOST.reshape(2, 3).cuda(), torch.tensor([0, 7]).cuda())
    torch.cuda.synchronize()
    address = _driver.note(text)
    assert address in driver.pinned and any(name == "_nll" and struct.pack("Q", address) in given for name, _, given in driver.launches)
    for wait in (torch.cuda.synchronize, torch.cuda.current_stream().synchronize, HOST.cuda().cpu, loss.item):
        ctypes.c_int64.from_address(address).value = 7  # as the kernel does
        with pytest.raises(IndexError, match="Target 7 is out of bounds."):
            wait()
        wait()
    _driver._notes.clear()
    _driver.release_pinned(address)


# ---- Copies ----


def test_pinned(driver):
    """pin_memory copies to memory that the driver made, with the same strides; a pinned tensor stays itself."""
    x = HOST.reshape(2, 3).T
    p = x.pin_memory()
    assert p.is_pinned() and p[1:].is_pinned() and not x.is_pinned() and p.pin_memory() is p
    assert p.stride() == x.stride() and p.tolist() == x.tolist() and p.data_ptr() in driver.pinned
    assert torch.from_numpy(p.numpy()).is_pinned()
    with pytest.raises(RuntimeError, match="cannot pin 'torch.cuda.FloatTensor' only dense CPU tensors can be pinned"):
        x.cuda().pin_memory()


def test_non_blocking_reads_later(driver):
    """From pinned memory, the copy is made when the stream comes to it; a blocking one before the call returns."""
    for non_blocking, expected in ((True, 7.0), (False, 0.0)):
        p = HOST.pin_memory()
        x = p.to("cuda", non_blocking=non_blocking)
        p[0] = 7.0
        torch.cuda.synchronize()
        assert value(x)[0] == expected


def test_pageable_is_read_at_once(driver):
    """Other memory may change when the call has returned, also with non_blocking."""
    a = HOST.clone()
    x = a.cuda(non_blocking=True)
    a.zero_()
    assert value(x) == HOST.tolist() and "HtoD on 0" in driver.calls


def test_non_blocking_download(driver):
    """Comes back in pinned memory, which is filled when the stream has come there."""
    x = HOST.reshape(2, 3).cuda().T
    back = x.to("cpu", non_blocking=True)
    assert back.is_pinned() and back.stride() == x.stride() and back.tolist() != x.tolist()
    torch.cuda.synchronize()
    assert back.T.flatten().tolist() == HOST.tolist()
    assert not x.cpu().is_pinned()


def test_copy_between(driver):
    """copy_ writes into pinned memory, and from it into the tensor itself, without a copy between."""
    p, x = HOST.pin_memory(), torch.zeros(6, device="cuda")
    driver.calls.clear()
    x.copy_(p, non_blocking=True)
    assert [each for each in driver.calls if " on " in each] == ["HtoD, pinned on 0", "record on 0"]
    back = torch.zeros(6).pin_memory()
    back.copy_(x, non_blocking=True)
    assert back.tolist() == [0.0] * 6
    torch.cuda.synchronize()
    assert back.tolist() == HOST.tolist()


def test_pinned_block_is_held(driver):
    """A pinned tensor that ends while it is being copied keeps its block until the copy is made."""
    p = HOST.pin_memory()
    place, x = p.data_ptr(), p.cuda(non_blocking=True)
    del p
    other = torch.zeros(6).pin_memory()
    assert other.data_ptr() != place
    torch.cuda.synchronize()
    assert value(x) == HOST.tolist()
    assert torch.zeros(6).pin_memory().data_ptr() == place


def test_pinned_memory_of_others(driver):
    """Memory that another library pinned is found by asking the driver, and waited for."""
    foreign = driver._new(driver.pinned, 24)
    a = torch.from_numpy(driver.pinned[foreign].view(np.float32))
    a.copy_(HOST)
    assert a.is_pinned()
    x = a.cuda()
    a.zero_()
    assert value(x) == HOST.tolist()
    driver.finish()
    del driver.pinned[foreign]


def test_loader_pins(driver):
    """DataLoader(pin_memory=True), with and without workers: tensors in dicts, lists and tuples; no warning."""
    data = [{"x": torch.ones(2) * i, "y": (i, [torch.zeros(1)]), "z": "name"} for i in range(4)]
    for workers in (0, 1):
        for batch in torch.utils.data.DataLoader(data, batch_size=2, pin_memory=True, num_workers=workers):
            assert batch["x"].is_pinned() and batch["y"][0].is_pinned() and batch["y"][1][0].is_pinned()
            assert batch["z"] == ["name", "name"]


# ---- Blocks ----


def test_blocks_stay_with_their_stream(driver):
    """Freed on one stream, a block is given out again on that stream only."""
    stream = torch.cuda.Stream()
    with torch.cuda.stream(stream):
        x = torch.empty(100, device="cuda")
    place = x.data_ptr()
    del x
    assert torch.empty(100, device="cuda").data_ptr() != place
    with torch.cuda.stream(stream):
        assert torch.empty(100, device="cuda").data_ptr() == place


def test_record_stream(driver):
    """A block that another stream uses is free when that stream has come to where it was freed."""
    other, x = torch.cuda.Stream(), torch.empty(100, device="cuda")
    place = x.data_ptr()
    with torch.cuda.stream(other):
        y = x.clone()  # reads x later
    x.record_stream(other)
    before = torch.cuda.memory_allocated()
    del x
    assert torch.cuda.memory_allocated() == before - 512
    assert torch.empty(100, device="cuda").data_ptr() != place
    other.synchronize()
    assert torch.empty(100, device="cuda").data_ptr() == place
    assert not driver.events and len(y) == 100
    with pytest.raises(RuntimeError, match="unknown parameter type"):
        y.record_stream(None)
    with pytest.raises(NotImplementedError, match="Could not run 'aten::record_stream'"):
        HOST.record_stream(other)


def test_empty_cache_waits_for_streams(driver):
    """A block in use by another stream is returned to the driver after that."""
    other, x = torch.cuda.Stream(), torch.empty(1000, device="cuda")
    with torch.cuda.stream(other):
        x.clone()
    x.record_stream(other)
    del x
    torch.cuda.empty_cache()
    assert not driver.device and torch.cuda.memory_reserved() == 0 and not driver.events


def test_out_of_memory(driver, monkeypatch):
    """Free blocks are returned before an allocation fails; the error is PyTorch's."""
    monkeypatch.setattr(driver, "limit", 4096)
    x = torch.empty(900, device="cuda")
    del x
    assert torch.empty(3000, dtype=torch.uint8, device="cuda").numel() == 3000
    assert torch.cuda.memory_stats()["num_alloc_retries"] == 1
    with pytest.raises(torch.cuda.OutOfMemoryError, match=r"CUDA out of memory. Tried to allocate 0.00 MiB. GPU 0 has a total"):
        torch.empty(5000, dtype=torch.uint8, device="cuda")


def test_tables_are_there_for_every_stream(driver):
    """What is kept for later launches has arrived when it is handed out, and its block waits for all streams."""
    table = memory.constant(np.arange(4))
    place = table.address
    assert driver.device[place][:32].view(np.int64).tolist() == [0, 1, 2, 3]
    torch.cuda.Stream()
    del table
    driver.calls.clear()
    torch.cuda.empty_cache()
    assert place not in driver.device


# ---- Streams ----


def test_streams(driver):
    """Priorities, turns, equality, the current one of each thread."""
    assert torch.cuda.Stream.priority_range() == (0, -3)
    with pytest.raises(RuntimeError, match="invalid device ordinal"):
        torch.cuda.Stream(device="cuda:1")
    first = torch.cuda.Stream(priority=-9)
    assert first.priority == -3 and first.device == torch.device("cuda:0") and torch.cuda.default_stream().cuda_stream == 0
    assert [torch.cuda.Stream(priority=-3) for _ in range(32)][-1] == first
    with first, torch.cuda.stream(None):
        assert torch.cuda.current_stream() == first
        found = []
        thread = threading.Thread(target=lambda: found.append(torch.cuda.current_stream()))
        thread.start()
        thread.join()
        assert found == [torch.cuda.default_stream()]
        torch.cuda.set_stream(torch.cuda.default_stream())
    assert torch.cuda.current_stream() == torch.cuda.default_stream() == torch.cuda.ExternalStream(0)
    assert first.__cuda_stream__() == (0, first.cuda_stream) and hash(first) == hash(torch.cuda.ExternalStream(first.cuda_stream))


def test_events(driver):
    """One that was never recorded is done; wait_stream lets one stream wait for another; elapsed_time's errors."""
    event, timed = torch.cuda.Event(), torch.cuda.Event(enable_timing=True, blocking=True)
    assert event.query() and event.device is None and not driver.events
    event.synchronize()
    event.wait()
    with pytest.raises(ValueError, match="created with argument 'enable_timing=True'"):
        event.elapsed_time(timed)
    with pytest.raises(ValueError, match="must be recorded before"):
        timed.elapsed_time(timed)
    timed.record()
    assert not timed.query() and not torch.cuda.current_stream().query()
    with pytest.raises(RuntimeError, match="must be completed before"):
        timed.elapsed_time(timed)
    timed.synchronize()
    assert timed.elapsed_time(timed) == 1.5 and timed.query()
    side = torch.cuda.Stream()
    x = HOST.cuda()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        y = x.clone()
    side.synchronize()
    assert driver.device[y.data_ptr()][:24].view(np.float32).tolist() == HOST.tolist()
    del timed, event
    assert not driver.events


# ---- Launches ----


def test_launch(driver):
    """The struct of a launch: for an array its size and address, then the numbers; on the current stream."""
    x, y = (torch.ones(5, device="cuda") for _ in range(2))
    side = torch.cuda.Stream()
    with torch.cuda.stream(side):
        z = x + y
    torch.cuda.synchronize()
    name, stream, fields = driver.launches[-1]
    unpacked = struct.unpack("@" + "qqqqQqq" * 3 + "q", fields)
    assert stream == side.cuda_stream
    assert [unpacked[i : i + 7] for i in (0, 7, 14)] == [(0, 0, 5, 4, each.data_ptr(), 5, 4) for each in (z, x, y)]
    assert unpacked[21] == 5


def test_driver_errors(driver, monkeypatch):
    """A launch that fails raises the driver's words."""
    x = torch.ones(5, device="cuda")
    x + x
    from minitorch.kernels.cuda import _driver

    monkeypatch.setattr(_driver, "launch", lambda *arguments: 600)
    with pytest.raises(RuntimeError, match="CUDA error: device not ready"):
        x + x


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_after_fork(driver):
    """A child of a process that used the GPU gets one clear error, and can compute on the CPU."""
    torch.ones(1, device="cuda")
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            assert HOST.sum().item() == 15.0
            torch.ones(1, device="cuda")
        except RuntimeError as error:
            os.write(write, str(error).encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert os.read(read, 1000).startswith(b"Cannot re-initialize CUDA in forked subprocess. To use CUDA with multiprocessing")


# ---- What there is ----


@pytest.fixture
def asked_anew():
    """The answers about the machine are asked for again, before and after."""
    cached = (_gpu.why_not, _gpu._started)
    for each in cached:
        each.cache_clear()
    yield
    for each in cached:
        each.cache_clear()


@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [
        ({"version": 11080}, RuntimeError, r"The NVIDIA driver on your system is too old \(found version 11080\)"),
        ({"broken": 802}, RuntimeError, "Unexpected error from cudaGetDeviceCount.*Error 802: system not yet initialized"),
        ({"devices": 0}, RuntimeError, "No CUDA GPUs are available"),
        (None, AssertionError, "Torch not compiled with CUDA enabled"),
    ],
)
def test_no_gpu(asked_anew, monkeypatch, options, kind, words):
    """An old driver, one that does not start, no GPU, no driver: is_available() is False, and everything else says why."""
    from fake_driver import FakeDriver

    library = None if options is None else FakeDriver(**options)
    monkeypatch.setattr(_gpu, "library", lambda: library)
    assert not torch.cuda.is_available() and torch.cuda.device_count() == 0
    for use in (lambda: torch.ones(1, device="cuda"), lambda: HOST.cuda(), torch.cuda.current_stream, torch.cuda.init):
        with pytest.raises(kind, match=words) as caught:
            use()
        assert caught.value.__notes__[0].startswith("minitorch: ")
    with pytest.raises(RuntimeError, match="Cannot access accelerator device when none is available"):
        HOST.pin_memory()
    assert not HOST.is_pinned()


def test_flying_arrays_are_let_go(driver):
    """Nothing is held longer than the stream takes."""
    for _ in range(3):
        HOST.pin_memory().cuda(non_blocking=True)
    torch.cuda.synchronize()
    pinned.settle()
    assert not pinned._flying and not driver.events
