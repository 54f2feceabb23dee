"""Windows for spectra. Oracle: torch."""

import pytest
from helpers import check

pytestmark = pytest.mark.usefixtures("device")

NAMES = ["hann_window", "hamming_window", "blackman_window", "bartlett_window"]


@pytest.mark.parametrize("name", NAMES)
def test_windows(name):
    """Every length, periodic or not, of both dtypes."""

    def body(lib):
        window = getattr(lib, name)
        short = [window(length, periodic) for length in (0, 1, 2, 3, 8, 33) for periodic in (True, False)]
        return short, window(10, dtype=lib.float64), window(4, requires_grad=True).requires_grad

    # PyTorch takes the cosine of a float32 angle: it is 2.0e-7 from float64, minitorch 2.9e-8. Measured: 3.4e-8 apart, beside
    # the relative tolerance.
    check(body, grad=False, atol=5e-8)


@pytest.mark.parametrize("name", NAMES)
def test_refusals(name):
    check(lambda lib: getattr(lib, name)(-1), raises=RuntimeError)
    check(lambda lib: getattr(lib, name)(3, dtype=lib.int64), raises=RuntimeError, text=False)


def test_own_weights():
    check(lambda lib: lib.hamming_window(7, False, 0.5, beta=0.25), grad=False, atol=5e-8)
