"""The CPU's cache of memory blocks: reused, counted, given back. PyTorch: test/test_cuda.py."""

import gc
import os
import threading

import numpy as np
import pytest

import minitorch
from minitorch.kernels.cpu import memory

LARGE = 100_000  # float32 elements: above memory.SMALL


@pytest.fixture(autouse=True)
def clean():
    gc.collect()
    memory.empty_cache()


def test_a_freed_block_is_used_again():
    x = minitorch.empty(LARGE)
    address = x.data_ptr()
    del x
    assert minitorch.empty(LARGE).data_ptr() == address


def test_a_block_lives_as_long_as_any_view():
    """Views, NumPy arrays and views of views keep it; only the last one frees it."""
    before = memory.memory_allocated()
    x = minitorch.ones(LARGE)
    used = memory.memory_allocated() - before
    assert used >= 4 * LARGE
    view, array = x[10:], x.numpy()[5:]
    inner = view.view(-1, 2)[3]
    del x, view
    assert memory.memory_allocated() - before == used
    other = minitorch.zeros(LARGE)
    assert inner.tolist() == [1.0, 1.0] and (array == 1).all()
    del inner, array
    assert memory.memory_allocated() - before == used  # now that of `other`
    del other
    assert memory.memory_allocated() == before


def test_two_tensors_never_share_a_block():
    held = [minitorch.full((LARGE,), float(i)) for i in range(5)]
    del held[1], held[2]
    held += [minitorch.full((LARGE,), float(10 + i)) for i in range(3)]
    assert [each[LARGE // 2].item() for each in held] == [0.0, 2.0, 4.0, 10.0, 11.0, 12.0]
    addresses = sorted(each.data_ptr() for each in held)
    assert all(second - first >= 4 * LARGE for first, second in zip(addresses, addresses[1:]))


def test_counters():
    memory.reset_peak_memory_stats()
    before, peak = memory.memory_allocated(), memory.max_memory_allocated()
    assert peak == before
    x = minitorch.empty(LARGE)
    y = minitorch.empty(LARGE)
    most = memory.memory_allocated()
    del x, y
    assert memory.memory_allocated() == before
    assert memory.max_memory_allocated() == most
    assert memory.memory_reserved() >= most - before
    memory.empty_cache()
    assert memory.memory_reserved() == memory.memory_allocated()


def test_stats():
    """Every count, and how they hang together: what was given out is in use or freed."""
    before = memory.memory_stats()
    x, y = minitorch.empty(LARGE), minitorch.empty(LARGE)
    size = memory._rounded(x.nbytes)
    del x
    now = memory.memory_stats()
    change = {name: now[name] - before[name] for name in now}
    assert change["allocation.all.current"] == 1 and change["allocated_bytes.all.current"] == size
    assert change["allocation.all.allocated"] == 2 and change["allocated_bytes.all.allocated"] == 2 * size
    assert change["allocation.all.freed"] == 1 and change["allocated_bytes.all.freed"] == size
    assert change["segment.all.current"] == 2 and change["reserved_bytes.all.current"] == 2 * size
    assert change["segment.all.allocated"] == 2 and change["segment.all.freed"] == 0
    memory.empty_cache()
    later = memory.memory_stats()
    assert later["segment.all.freed"] - now["segment.all.freed"] == 1
    assert later["reserved_bytes.all.freed"] - now["reserved_bytes.all.freed"] == size
    assert later["allocated_bytes.all.current"] == memory.memory_allocated()
    assert later["reserved_bytes.all.current"] == memory.memory_reserved()
    assert later["allocated_bytes.all.peak"] == memory.max_memory_allocated()
    assert later["reserved_bytes.all.peak"] == memory.max_memory_reserved()
    del y


def test_stats_of_a_failure():
    """An allocation that cannot succeed: the cache was emptied, and the failure counted."""
    before = memory.memory_stats()
    held = minitorch.empty(LARGE)
    del held
    with pytest.raises(RuntimeError, match="can't allocate memory"):
        memory.empty((1 << 50,), np.float32)
    now = memory.memory_stats()
    assert now["num_alloc_retries"] - before["num_alloc_retries"] == 1
    assert now["num_ooms"] - before["num_ooms"] == 1
    assert memory.memory_reserved() == memory.memory_allocated()


def test_summary_has_the_numbers():
    x = minitorch.empty(LARGE)
    text = minitorch.cpu.memory_summary()
    row = next(line for line in text.splitlines() if line.startswith("in use, MiB"))
    assert float(row.split()[3]) == pytest.approx(minitorch.cpu.memory_allocated() / 2**20, abs=0.06)
    del x


def test_torch_has_these_names():
    torch = pytest.importorskip("torch", reason="names are compared with PyTorch's, which is not installed")
    names = [name for name in dir(minitorch.cpu) if "memory" in name or name == "empty_cache"]
    assert len(names) == 8 and all(hasattr(torch.cuda, name) for name in names)


def test_zeros_are_zero_in_used_memory():
    x = minitorch.full((LARGE,), 7.0)
    del x
    assert minitorch.zeros(LARGE).sum().item() == 0


def test_backward_gives_memory_back():
    """After a training step nothing is left but the parameters and their gradients."""
    w = minitorch.ones(300, 300, requires_grad=True)
    minitorch.ones(300, 300)
    for _ in range(3):
        w.grad = None
        before = memory.memory_allocated()
        loss = (w @ w).tanh().sum()
        assert memory.memory_allocated() > before
        loss.backward()
        del loss
        assert memory.memory_allocated() - before == memory._rounded(w.nbytes)  # the gradient


def test_many_steps_reserve_no_more():
    """The second step finds every block that the first one made."""
    w = minitorch.ones(200, 200, requires_grad=True)

    def step():
        w.grad = None
        ((w * 2).exp() @ w).sum().backward()

    step()
    reserved = memory.memory_reserved()
    for _ in range(5):
        step()
    assert memory.memory_reserved() == reserved


def test_sizes_are_rounded_by_little():
    for size in (70_000, 100_001, 1 << 20, (1 << 20) + 1, 12_345_678):
        rounded = memory._rounded(size)
        assert size <= rounded <= size * 1.13 + 4096
        assert memory._rounded(rounded) == rounded


def test_threads():
    """Blocks are handed out once, also to threads that ask at the same time."""
    wrong = []

    def work(number):
        for _ in range(50):
            x = minitorch.full((LARGE,), float(number))
            if not (x.numpy() == number).all():
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert not wrong


@pytest.mark.parametrize("elements", [2**40, 2**50, 2**58])
def test_too_much_memory(elements):
    """PyTorch's RuntimeError, before the machine is asked; and the cache works on."""
    with pytest.raises(RuntimeError, match="not enough memory|can't allocate memory|overflow"):
        minitorch.empty(elements)
    assert minitorch.ones(LARGE).sum().item() == LARGE


def test_numpy_memory_is_not_ours():
    before = memory.memory_allocated()
    x = minitorch.from_numpy(np.ones(LARGE, np.float32))
    assert memory.memory_allocated() == before
    assert x.sum().item() == LARGE


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_has_memory_of_its_own():
    """What a child writes into an old tensor or a reused block, the parent does not see."""
    x, freed = minitorch.zeros(LARGE), minitorch.zeros(LARGE)
    del freed
    child = os.fork()
    if child == 0:
        x.fill_(1)
        minitorch.empty(LARGE).fill_(2)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert x.sum().item() == 0 and not (minitorch.empty(LARGE) == 2).any().item()
