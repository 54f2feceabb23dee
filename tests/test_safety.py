"""No argument reaches memory that is not its own, and no caller crashes the process. PyTorch: SECURITY.md."""

import os

import numpy as np
import pytest
from helpers import Input, check, in_new_process
from hypothesis import given
from hypothesis import strategies as st

import minitorch

HUGE = [2**31 - 1, 2**31, -(2**31), 2**62, 2**63 - 1, -(2**63), 2**63, 2**64, 10**30]
dims = st.sampled_from([-3, -2, -1, 0, 1, 2, *HUGE])


@given(
    size=st.lists(st.integers(-1, 4) | st.sampled_from(HUGE), max_size=3),
    stride=st.lists(st.integers(-1, 4) | st.sampled_from(HUGE), max_size=3),
    offset=st.integers(-1, 6) | st.sampled_from(HUGE),
)
def test_as_strided_stays_inside(size, stride, offset):
    """A window on other memory is refused; one that is given lies inside the storage."""
    x = minitorch.arange(6.0)
    try:
        y = x.as_strided(size, stride, offset)
    except (RuntimeError, TypeError, OverflowError):
        return
    if y.numel():
        first = y.data_ptr() - x.data_ptr()
        last = first + 4 * sum((n - 1) * step for n, step in zip(y.shape, y.stride()))
        assert first >= 0 and last + 4 <= 24


@given(start=dims, length=dims, dim=dims)
def test_narrow_and_select_stay_inside(start, length, dim):
    x = minitorch.arange(6.0).view(2, 3)
    for operation in (
        lambda: x.narrow(dim, start, length),
        lambda: x.select(dim, start),
        lambda: x[start],
        lambda: x[:, start],
    ):
        try:
            y = operation()
        except (RuntimeError, IndexError, TypeError, ValueError):  # ValueError: beyond int64
            continue
        assert set(y.flatten().tolist()) <= set(range(6))


@pytest.mark.parametrize("number", HUGE)
@pytest.mark.parametrize(
    "body",
    [
        lambda torch, n: torch.empty(n, n).shape,
        lambda torch, n: torch.zeros(n, n),
        lambda torch, n: torch.ones(2, 3).view(n),
        lambda torch, n: torch.ones(2, 3).expand(n, 2, 3).shape,
        lambda torch, n: torch.ones(2, 3).repeat(n, n),
        lambda torch, n: torch.ones(2, 3).sum(n),
        lambda torch, n: torch.ones(2, 3).transpose(0, n),
        lambda torch, n: torch.ones(2, 3).unsqueeze(n),
        lambda torch, n: torch.ones(2, 3)[n],
        lambda torch, n: torch.ones(2, 3)[:, :n].shape,
        lambda torch, n: torch.ones(2, 3).split(n)[0].shape,
        lambda torch, n: torch.ones(2, 3).roll(n, 0),
        lambda torch, n: torch.ones(2, 3).as_strided((1,), (n,), 0),
        lambda torch, n: torch.ones(2, 3).diagonal(n).shape,
        lambda torch, n: torch.nn.functional.max_pool2d(torch.ones(1, 1, 4, 4), 2, stride=n),
        lambda torch, n: torch.nn.functional.conv2d(
            torch.ones(1, 1, 4, 4), torch.ones(1, 1, 2, 2), dilation=n
        ),
    ],
)
def test_huge_numbers_are_refused_or_right(body, number):
    """No overflow: the result is right or an exception of Python's kinds comes; never a crash."""
    try:
        body(minitorch, number)
    except (RuntimeError, IndexError, TypeError, ValueError, OverflowError, MemoryError) as error:
        assert "numba" not in type(error).__module__


def test_numel_is_exact():
    check(lambda torch: torch.ones(1).expand(2**30, 2**30).numel())
    check(lambda torch: torch.ones(1).expand(2**32, 2**32, 4).numel(), raises=RuntimeError)


def test_views_beyond_numpy_are_refused():
    """PyTorch limits a view to 2**63 - 1 elements, NumPy (which holds ours) to that many bytes: one error."""
    for sizes in ((2**31, 2**31), (0, 2**62)):
        with pytest.raises(RuntimeError, match="Storage size calculation overflowed with sizes="):
            minitorch.ones(1).as_strided(sizes, (0, 0))


@pytest.mark.parametrize("name", ["exp", "sum", "add", "matmul", "conv2d", "max_pool2d", "softmax", "copy_"])
def test_results_leave_the_memory_around_them_alone(name):
    """Inputs inside larger memory: nothing outside is read (NaN there would show) or written."""
    memory = np.full(4000, np.nan, np.float32)
    memory[100:1700] = np.linspace(-1, 1, 1600)
    flat = minitorch.from_numpy(memory)[100:1700]
    x = flat.view(40, 40)
    results = {
        "exp": lambda: x.exp(),
        "sum": lambda: x.sum(0),
        "add": lambda: x + x.t(),
        "matmul": lambda: x @ x.t(),
        "conv2d": lambda: minitorch.nn.functional.conv2d(
            x.view(1, 1, 40, 40), x[:3, :3].reshape(1, 1, 3, 3), padding=1
        ),
        "max_pool2d": lambda: minitorch.nn.functional.max_pool2d(x.view(1, 1, 40, 40), 3, 2, 1),
        "softmax": lambda: minitorch.nn.functional.softmax(x, 1),
        "copy_": lambda: x.copy_(minitorch.ones(40, 40)),
    }
    result = results[name]()
    assert minitorch.isfinite(result).all().item()
    assert np.isnan(memory[:100]).all() and np.isnan(memory[1700:]).all()


def test_integer_division_never_traps():
    """Zero divisors and the smallest integer over -1 raise or wrap; a signal would end the process."""
    done = in_new_process("""
import numpy as np, minitorch
for kind in (np.int64, np.int32, np.uint8):
    for size in (3, 100_000):
        x = np.full(size, np.iinfo(kind).min, kind)
        for divisor in (0, -1 if kind is not np.uint8 else 1):
            y = np.full(size, divisor, kind)
            for name in ("floor_divide", "remainder", "fmod"):
                try:
                    getattr(minitorch, name)(minitorch.from_numpy(x), minitorch.from_numpy(y))
                except RuntimeError as error:
                    assert str(error) == "ZeroDivisionError", error
print("alive")
""")
    assert done.stdout == "alive\n", done.stderr


@pytest.mark.parametrize("layer", ["omp", "workqueue"])
def test_two_threads_in_parallel_kernels(layer):
    """One of Numba's layers aborts the process when two threads enter it; ours take turns."""
    done = in_new_process(
        """
import threading, minitorch
x = minitorch.ones(400_000)
results = []
def work():
    for _ in range(20):
        results.append((x + x)[-1].item())
threads = [threading.Thread(target=work) for _ in range(4)]
[each.start() for each in threads]
[each.join() for each in threads]
print(set(results), len(results))
""",
        NUMBA_THREADING_LAYER=layer,
    )
    if layer not in done.stderr or "No threading layer" not in done.stderr:
        assert done.stdout == "{2.0} 80\n", done.stderr


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork()")
def test_kernels_after_fork():
    """GNU OpenMP kills a forked child at its first parallel region: there our loops run serially."""
    done = in_new_process("""
import os, minitorch
x = minitorch.ones(400_000)
def work():
    y = (x + x).clone().relu().view(1000, 400)
    return ((y @ y.t()).tanh() + y.sum(1)).max().item()
before = work()
child = os.fork()
if child == 0:
    os._exit(0 if work() == before else 3)
print(os.waitpid(child, 0)[1], work() == before)
""")
    assert done.stdout == "0 True\n", done.stderr


@pytest.mark.parametrize("layout", ["contiguous", "transposed", "expanded"])
def test_arrays_that_cannot_be_written_to(layout):
    """Read-only NumPy memory: operations work on it, whatever its layout."""
    numbers = Input((40, 40), layout=layout).numbers()
    numbers = np.asfortranarray(numbers) if layout == "transposed" else numbers
    numbers.flags.writeable = False
    with pytest.warns(UserWarning, match="not writable"):
        x = minitorch.from_numpy(numbers)
    for result in (x + x, x.t() @ x, x.sum(0), x.relu(), x[1:] * 2, minitorch.nn.functional.softmax(x, 1)):
        assert minitorch.isfinite(result).all().item()


@pytest.mark.parametrize("setting", ["unwritable", "open to others", "missing home"])
def test_kernel_cache_is_ours_or_none(setting, tmp_path):
    """The cache is pickle: a folder that others can write is not used; without one everything still works."""
    folder = tmp_path / "cache"
    folder.mkdir()
    environment = {"MINITORCH_CACHE_DIR": str(folder)}
    if setting == "unwritable":
        file = tmp_path / "file"
        file.write_text("")
        environment = {"MINITORCH_CACHE_DIR": str(file / "below")}
    elif setting == "missing home":
        environment = {"MINITORCH_CACHE_DIR": "", "HOME": "/nonexistent/home", "XDG_CACHE_HOME": "/proc/nothing"}
    program = "import minitorch; print((minitorch.ones(3) + 1).tolist())"
    if setting == "open to others":
        in_new_process("import minitorch", **environment)
        for each in folder.iterdir():
            each.chmod(0o777)
    done = in_new_process(program, **environment)
    assert done.stdout == "[2.0, 2.0, 2.0]\n", done.stderr
    assert "kernels are compiled anew" in done.stderr


def test_same_bits_for_any_number_of_threads():
    """Work is cut by the shape only, so sums do not depend on how many threads there are."""
    program = """
import numpy as np, minitorch, zlib
rng = np.random.default_rng(0)
x = minitorch.from_numpy(rng.standard_normal((300, 700)).astype(np.float32))
results = [x.sum(), x.sum(0), x.mean(1), x @ x.t(), x.exp().sum(), minitorch.nn.functional.softmax(x, 0)]
print([zlib.crc32(np.ascontiguousarray(each.numpy()).tobytes()) for each in results])
"""
    outputs = {in_new_process(program, NUMBA_NUM_THREADS=str(n)).stdout for n in (1, 2)}
    assert len(outputs) == 1 and outputs != {""}
