"""Pointwise kernels: formulas, broadcasting, strides, dtypes, numbers. PyTorch: test/test_binary_ufuncs.py, test_unary_ufuncs.py."""

import numpy as np
import pytest
from gpu import agree

F32, F64, I64, BOOL = (np.dtype(each) for each in (np.float32, np.float64, np.int64, np.bool_))
random = np.random.default_rng(0)

UNARY = ["neg", "abs", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "rsqrt", "reciprocal", "square", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "sigmoid", "erf", "floor", "ceil", "trunc", "round", "sign", "relu", "silu", "isnan", "isinf", "isfinite", "asinh", "acosh", "atanh", "frac", "signbit", "erfc", "erfinv", "lgamma", "digamma", "i0", "i1", "sinc", "logical_not", "copy"]
BINARY = ["add", "sub", "mul", "div", "floor_divide", "trunc_divide", "remainder", "fmod", "pow", "atan2", "maximum", "minimum", "fmax", "fmin", "copysign", "hypot", "heaviside", "nextafter", "eq", "ne", "lt", "le", "gt", "ge", "logical_and", "logical_or", "logical_xor", "tanh_backward", "sigmoid_backward", "silu_backward", "igamma", "igammac", "xlogy", "logaddexp", "logaddexp2"]
INTEGER = ["integer_floor_divide", "integer_trunc_divide", "integer_remainder", "integer_fmod", "integer_pow", "bitwise_and", "bitwise_or", "bitwise_xor", "gcd", "lcm", "add", "mul", "maximum", "eq", "lt"]
SPECIAL = np.array([0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.7, np.inf, -np.inf, np.nan])


@pytest.mark.parametrize("name", UNARY)
def test_unary(name):
    """Every formula of one element, also where the result is infinite or NaN. A vector's last bit may differ."""
    agree(name, SPECIAL.astype(np.float32), dtype=F32, rtol=1.2e-7)
    agree(name, random.standard_normal((2, 3)), dtype=F64, rtol=4e-16)


@pytest.mark.parametrize("name", BINARY)
def test_binary(name):
    """Every formula of two elements, for all pairs of special values; and broadcast."""
    first, second = (each.reshape(-1).astype(np.float32) for each in np.meshgrid(SPECIAL, SPECIAL))
    agree(name, first, second, dtype=F32, rtol=1.2e-7)
    agree(name, random.standard_normal((2, 3)), random.standard_normal((2, 1)), dtype=F64, rtol=4e-16)


@pytest.mark.parametrize("name", INTEGER)
def test_integers(name):
    """int64 and uint8; the divisor is not zero."""
    a, b = random.integers(-9, 9, 12), random.integers(1, 5, 12)
    agree(name, a, b, dtype=I64)
    agree(name, np.abs(a).astype(np.uint8), b.astype(np.uint8), dtype=np.dtype(np.uint8))


def test_numbers():
    """A Python number on either side, and one of three operands."""
    x = random.standard_normal((2, 3)).astype(np.float32)
    for name in ("add", "sub", "div", "pow"):
        agree(name, x, 2.5, dtype=F32)
        agree(name, 2.5, x, dtype=F32)
        agree(name, 2, x.T, dtype=F32)
    agree("where", x > 0, x, 0.5, dtype=F32)
    agree("clamp", x, dtype=F32, scalars=(-0.5, 0.5))
    agree("left_shift", np.arange(5), np.arange(5), dtype=I64, scalars=(64,))


def test_three_operands():
    """where, lerp, addcmul, addcdiv."""
    a, b, c = (random.standard_normal((2, 3)).astype(np.float32) for _ in range(3))
    agree("where", a > 0, b, c, dtype=F32)
    agree("where", (a > 0)[:1], b, c.T.copy().T, dtype=F32)
    for name in ("addcmul", "addcdiv"):
        agree(name, a, b, c, dtype=F32, scalars=(0.5,))
    agree("lerp", a, b, np.abs(c), dtype=F32)


def test_layouts():
    """Transposed, sliced, expanded and five-dimensional operands; the result is laid out as on the CPU."""
    x = random.standard_normal((3, 4, 5)).astype(np.float32)
    agree("add", x.transpose(2, 0, 1), x.transpose(2, 0, 1), dtype=F32)
    agree("add", x[:, ::2], x[:, 1::2], dtype=F32)
    agree("mul", x[:, :1], x[0], dtype=F32)
    agree("mul", np.broadcast_to(x[0, 0], (2, 5)), x[0, :2], dtype=F32)
    wide = random.standard_normal((2, 3, 2, 3, 2)).astype(np.float32)
    agree("add", wide.transpose(4, 2, 0, 3, 1)[:, :, :1], wide.transpose(4, 2, 0, 3, 1), dtype=F32)
    agree("add", np.float32(2.0).reshape(()), x, dtype=F32)
    agree("add", np.zeros((0, 3), np.float32), np.zeros((0, 3), np.float32), dtype=F32)


def test_casts():
    """From every dtype to one of each kind and back, with values that both hold."""
    kinds = (np.float16, np.float32, np.float64, np.int8, np.int16, np.int32, np.int64, np.uint8, np.bool_)
    values = np.array([0, 1, 2, 100])
    for source in kinds:
        for target in (np.float16, np.float32, np.int64, np.bool_):
            agree("cast", values.astype(source), np.dtype(target))
    for target in (np.float64, np.uint8):
        agree("cast", values.astype(np.float32), np.dtype(target))
    agree("cast", random.standard_normal((3, 4)).T, F32)
    agree("add", np.ones(3, np.float16), np.ones(3, np.float16), dtype=np.dtype(np.float16))


def test_writing():
    """`out`, fill and copy_into, with gaps in the target."""
    from minitorch.kernels import cuda

    x = random.standard_normal((4, 6)).astype(np.float32)
    for window in (x, x[:, ::2], x.T):
        agree("fill", window, 3.0)
        agree("copy_into", window, np.ones(window.shape[1], np.int64))
    target = cuda.from_host(x)
    result = cuda.add(cuda.from_host(x), 1.0, dtype=F32, out=target)
    assert result is target


def test_fewer_formulas():
    """Those with constants behind the elements."""
    x, g = (random.standard_normal((2, 3)).astype(np.float32) for _ in range(2))
    agree("leaky_relu", x, dtype=F32, scalars=(0.1,))
    agree("leaky_relu_backward", g, x, dtype=F32, scalars=(0.1,))
    agree("threshold_backward", g, x, dtype=F32, scalars=(0.0,))
    agree("gelu", x, dtype=F32, scalars=(0.5**0.5,))
    agree("gelu_backward", g, x, dtype=F32, scalars=(0.5**0.5, 0.3989422804014327))
    agree("softplus", x, dtype=F32, scalars=(1.0, 20.0))
    agree("add_scaled", x, g, dtype=F32, scalars=(0.5,))
    agree("nan_to_num", x, dtype=F32, scalars=(0.0, 1.0, -1.0))
    agree("logit", np.abs(x), dtype=F32, scalars=(0.1,))
    agree("polygamma", np.abs(x), dtype=F32, scalars=(1.0,))
    agree("integer_abs", np.array([-3, 4]), dtype=I64)
    agree("integer_relu", np.array([-3, 4]), dtype=I64)
    agree("bitwise_not", np.array([-3, 4]), dtype=I64)
    agree("right_shift", np.array([-3, 4]), np.array([1, 1]), dtype=I64, scalars=(64,))
    assert agree("contains_zero", np.array([1, 0])) in (True, False)
    agree("frexp", x)
