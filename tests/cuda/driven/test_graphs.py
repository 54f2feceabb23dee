"""What the driver is asked for when work is recorded, and when memory is shared. PyTorch: test/test_cuda.py, test/test_dlpack.py."""

import gc

import pytest

import minitorch as torch
from minitorch.kernels.cuda import memory


def asked(driver) -> list[str]:
    """The calls that give work, or begin and end something; streams by the order in which they came up."""
    names: dict[str, str] = {"0": "0"}
    found = []
    for each in driver.calls:
        what, on, stream = each.partition(" on ")
        if on:
            found.append(f"{what} on {names.setdefault(stream, str(len(names)))}")
    return found


def recorded(action, **options) -> tuple[torch.cuda.CUDAGraph, object]:
    """A graph of what `action` does, and what it returned."""
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph, **options):
        result = action()
    return graph, result


def test_order_of_calls(driver):
    """Synchronize, begin, work, end; instantiate; a replay is one call, on the stream of whoever asks."""
    x = torch.ones(3, device="cuda")
    driver.calls.clear()
    graph, y = recorded(lambda: x.clone())
    assert driver.calls[0] == "cuCtxSynchronize"
    assert asked(driver) == ["begin capture on 1", "DtoD on 1", "end capture on 1"]
    driver.calls.clear()
    graph.replay()
    with torch.cuda.Stream():
        graph.replay()
    assert asked(driver) == ["graph on 0", "graph on 1"]
    driver.finish()
    assert len(driver.graphs) == 1  # the one that runs; the one that was recorded is destroyed
    graph.reset()
    assert not driver.graphs and len(y) == 3
    with pytest.raises(RuntimeError, match="without a preceding successful capture"):
        graph.replay()


def test_pool(driver):
    """A graph's blocks are its own until it ends; then they are returned to the driver, those in use when they are free."""
    x = torch.ones(300, device="cuda")
    graph, (y, z) = recorded(lambda: (x.clone(), x.clone()))
    places = {y.data_ptr(), z.data_ptr()}
    del z
    assert not places & {torch.empty(300, device="cuda").data_ptr() for _ in range(3)}
    with torch.cuda.stream(torch.cuda.graph.default_capture_stream):
        assert not places & {torch.empty(300, device="cuda").data_ptr() for _ in range(3)}
    torch.cuda.empty_cache()
    assert places <= set(driver.device)
    del graph
    torch.cuda.empty_cache()
    assert places & set(driver.device) == {y.data_ptr()}
    y = None
    torch.cuda.empty_cache()
    assert not places & set(driver.device)


def test_shared_pool(driver):
    """What one recording freed, the next one with the same pool uses; the blocks stay until both graphs end."""
    x, pool = torch.ones(300, device="cuda"), torch.cuda.graph_pool_handle()
    first, place = recorded(lambda: x.clone().data_ptr(), pool=pool)
    second, again = recorded(lambda: x.clone().data_ptr(), pool=pool)
    assert place == again and first.pool() == second.pool() == pool
    first.reset()
    torch.cuda.empty_cache()
    assert place in driver.device
    second.reset()
    torch.cuda.empty_cache()
    assert place not in driver.device


def test_memory_while_recording(driver):
    """Blocks, pinned memory and kernels can be asked for; nothing is returned, no event is put anywhere."""
    x, other = torch.ones(3, device="cuda"), torch.cuda.Stream()
    x.record_stream(other)
    before = list(driver.device)

    def body():
        nonlocal x
        x = None
        torch.cuda.empty_cache()
        a = torch.full((1000,), 2.0, device="cuda") * 3
        return a + torch.arange(1000, device="cuda").float()

    graph, y = recorded(body)
    assert not [each for each in asked(driver) if each.startswith("record")] and set(before) <= set(driver.device)
    driver.calls.clear()
    torch.empty(1, device="cuda")
    assert driver.calls[0] == f"record on {other.cuda_stream}"  # what could not be done before
    graph.replay()
    torch.cuda.synchronize()
    assert len(driver.launches) == len(set(driver.launches)) >= 3 and y.is_cuda  # fill, multiply, add
    torch.cuda.empty_cache()
    assert before[0] not in driver.device  # now that it may, it waited for the other stream


def test_reading_pinned_memory_in_every_replay(driver):
    """A recorded copy from pinned memory reads what is there when it runs."""
    host, x = torch.zeros(2).pin_memory(), torch.zeros(2, device="cuda")
    graph, _ = recorded(lambda: x.copy_(host, non_blocking=True))
    for number in (1.0, 2.0):
        host.fill_(number)
        graph.replay()
        torch.cuda.synchronize()
        assert x.tolist() == [number] * 2


def test_a_lost_recording(driver):
    """After what is forbidden, the driver gives no graph; the memory is not lost, and the next recording works."""
    x = torch.ones(3, device="cuda")
    graph = torch.cuda.CUDAGraph()
    with pytest.raises(RuntimeError, match="operation failed due to a previous error during capture") as caught, torch.cuda.graph(graph):
        y = x.clone()
        y.tolist()
    assert "not permitted when stream is capturing" in str(caught.value.__context__)
    place = y.data_ptr()
    del y, caught
    gc.collect()
    torch.cuda.empty_cache()
    assert place not in driver.device and not torch.cuda.is_current_stream_capturing()
    recorded(lambda: x.clone(), stream=torch.cuda.Stream())[0].replay()


def test_tables_are_not_recorded(driver):
    """Tables are sent beside the recording, on a stream of their own, and are there at once."""
    import numpy as np

    x = torch.ones(3, device="cuda")

    def body():
        table = memory.constant(np.arange(4))
        return table, x.clone()

    graph, (table, _) = recorded(body)
    assert driver.device[table.address][:32].view(np.int64).tolist() == [0, 1, 2, 3]
    assert len(next(iter(driver.graphs.values()))) == 1  # the clone alone


# ---- Sharing ----


def test_dlpack_streams(driver):
    """Who takes a capsule waits for the stream that writes: its own, by the handle it gives; -1 does not wait."""
    x, side = torch.ones(3, device="cuda"), torch.cuda.Stream()
    for stream, expected in (
        (None, []), (1, []), (-1, []), (side.cuda_stream, ["record on 0", f"wait on {side.cuda_stream}"]),
    ):  # fmt: skip
        driver.calls.clear()
        x.__dlpack__(stream=stream)
        assert [each for each in driver.calls if " on " in each] == expected
    with side:
        driver.calls.clear()
        x.__dlpack__(stream=1)
        assert [each for each in driver.calls if " on " in each] == [f"record on {side.cuda_stream}", "wait on 0"]
        x.__dlpack__(stream=-1)
        driver.calls.clear()
        torch.from_dlpack(x)  # the same stream on both sides
        assert not [each for each in driver.calls if " on " in each]
    assert not driver.events


def test_dlpack_of_pinned_memory(driver):
    """Its device is CUDAHost, which others read as the CPU's."""
    import numpy as np

    p = torch.arange(3.0).pin_memory()
    assert p.__dlpack_device__() == (3, 0) and torch.arange(3.0).__dlpack_device__() == (1, 0)
    assert np.from_dlpack(p).tolist() == [0.0, 1.0, 2.0]
    again = torch.from_dlpack(p)
    assert again.data_ptr() == p.data_ptr() and again.is_pinned()


def test_interface_of_others(driver):
    """The current stream waits for the one in which the other library writes; memory of the host is refused."""
    x, side = torch.ones(3, device="cuda"), torch.cuda.Stream()

    class Foreign:
        def __init__(self, **change):
            self.__cuda_array_interface__ = {**x.__cuda_array_interface__, **change}

    for stream, expected in ((None, []), (1, []), (side.cuda_stream, [f"record on {side.cuda_stream}", "wait on 0"])):
        driver.calls.clear()
        assert torch.as_tensor(Foreign(stream=stream)).data_ptr() == x.data_ptr()
        assert [each for each in driver.calls if " on " in each] == expected
    host = torch.ones(3)
    with pytest.raises(RuntimeError, match="The specified pointer resides on host memory"):
        torch.as_tensor(Foreign(data=(host.data_ptr(), False)))
