"""What all tests share: the device, the length of a search. PyTorch: torch/testing/_internal/common_utils.py.

MINITORCH_TEST_EXAMPLES=1000 searches longer, with a new seed every time. `--device cuda` runs on a GPU what depends on it.
"""

import os

# Before either library loads GNU OpenMP: two workers with two threads of each library share two cores, and a thread that
# spins keeps the one it waits for from running. tests/nn and tests/optim took 120 s, now 52 s.
os.environ.setdefault("GOMP_SPINCOUNT", "1000")

import helpers  # noqa: E402
import hypothesis  # noqa: E402
import places  # noqa: E402
import pytest  # noqa: E402
from hypothesis.internal.conjecture import providers  # noqa: E402

from minitorch import cuda  # noqa: E402
from minitorch.kernels import _gpu  # noqa: E402

pytest.register_assert_rewrite("agreement")  # a difference is shown

_wanted = os.environ.get("MINITORCH_TEST_EXAMPLES")
hypothesis.settings.register_profile(
    "default",
    max_examples=20,
    derandomize=True,
    deadline=None,  # the first call of a kernel compiles it
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.data_too_large],
)
hypothesis.settings.register_profile(
    "long", hypothesis.settings.get_profile("default"), max_examples=int(_wanted or 1000), derandomize=False
)
_profile = "long" if _wanted else "default"
hypothesis.settings.load_profile(_profile)
if not _wanted and hasattr(providers, "_get_local_constants"):
    # It also tries numbers that stand in the modules loaded so far, which depends on who ran before. Hypothesis has no
    # setting for it (6.170).
    _none = providers._local_constants
    providers._get_local_constants = lambda: _none


def pytest_collectstart(collector):
    """Before a file is imported, since its tests keep the profile of that moment.

    PyTorch's databases load one of their own: 50 examples where CI is set, else 10, new ones in every run.
    """
    hypothesis.settings.load_profile(_profile)


def pytest_addoption(parser):
    parser.addoption("--device", default="cpu", choices=["cpu", "cuda"], help="where tensors live; NUMBA_ENABLE_CUDASIM=1 simulates the GPU, for the patient")


def pytest_generate_tests(metafunc):
    if "device" in metafunc.fixturenames:
        metafunc.parametrize("device", [metafunc.config.getoption("--device")], indirect=True, scope="session")


def pytest_collection_modifyitems(config, items):
    """With `--device cuda`, the tests that depend on the device."""
    if config.getoption("--device") != "cpu":
        depends = [("device" in each.fixturenames and not each.get_closest_marker("cpu")) for each in items]
        config.hook.pytest_deselected(items=[each for each, yes in zip(items, depends) if not yes])
        items[:] = [each for each, yes in zip(items, depends) if yes]


@pytest.fixture(scope="session")
def device(request):
    """Where the tensors of both libraries live (places.py). A file asks with `pytestmark = pytest.mark.usefixtures("device")`."""
    if request.param == "cuda" and not cuda.is_available():
        pytest.skip(f"there is no GPU to test on: {_gpu.why_not()}")
    places.choose(request.param)
    yield request.param
    places.choose("cpu")


def pytest_terminal_summary(terminalreporter):
    if helpers.uncompared:
        terminalreporter.write_line(
            f"{len(helpers.uncompared)} comparisons were finite differences only: {helpers.WITHOUT_TORCH}"
        )
