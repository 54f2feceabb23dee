"""Filling a tensor with random numbers, in place. PyTorch: aten/src/ATen/native/Distributions.cpp.

Each function writes over `input`, returns it, and draws from `generator` or else the default one. A tensor
that is not contiguous is filled in the order of its memory.
"""

import math
import warnings
from collections.abc import Callable

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor
from minitorch.autograd.function import Function
from minitorch.autograd.grad_mode import mode
from minitorch.ops import inplace
from minitorch.ops.creation import zeros_like
from minitorch.ops.promotion import check_tensor
from minitorch.random import Generator, generator_of


def uniform_(input: Tensor, from_: float = 0, to: float = 1, *, generator: Generator | None = None) -> Tensor:
    """Uniform in [from_, to). Raises RuntimeError unless from_ <= to, finite. PyTorch: Tensor.uniform_."""
    low, high = as_float(from_, "uniform_", "from", 1), as_float(to, "uniform_", "to", 2)
    generator = _prepare(input, generator, "uniform_")
    _check_floating(input, "check_uniform_bounds")
    largest = float(np.finfo(input.array.dtype).max)
    for name, bound in (("from", low), ("to", high)):
        if not -largest <= bound <= largest:
            raise RuntimeError(f"{name} is out of bounds for {_c_name(input)}")
    if low > high:
        raise RuntimeError(
            f"uniform_ expects to return a [from, to) range, but found from={low:g} > to={high:g}"
        )
    if high - low > largest:
        raise RuntimeError(
            f"uniform_ expects to-from <= std::numeric_limits<{_name(input)}>::max(), but found to={high:g} "
            f"and from={low:g} which result in to-from to exceed the limit"
        )
    return _fill(Uniform, input, generator, input.kernels.uniform, low, high)


def normal_(input: Tensor, mean: float = 0, std: float = 1, *, generator: Generator | None = None) -> Tensor:
    """Normal. Raises RuntimeError unless std >= 0. PyTorch: Tensor.normal_."""
    mean, std = as_float(mean, "normal_", "mean", 1), as_float(std, "normal_", "std", 2)
    generator = _prepare(input, generator, "normal_")
    check_std(std)
    if input.array.size:
        _check_floating(input, "normal_kernel_cpu")
    return _fill(Normal, input, generator, input.kernels.normal, mean, std)


def random_(input: Tensor, *bounds: int | None, generator: Generator | None = None, **named) -> Tensor:
    """Whole numbers. Raises RuntimeError for an empty range. PyTorch: Tensor.random_.

    random_(): from 0 to the largest of the dtype, 2**24 or 2**53 in floats; random_(to): below `to`;
    random_(from, to): from `from`, and below `to` if that is not None.
    """
    bounds = _bounds(bounds, named)
    generator = _prepare(input, generator, "random_")
    if not bounds:
        _, _, limit = _RANGE[input.dtype]
        kernels = input.kernels
        kernel = kernels.random_words if limit < 2**32 else kernels.random_double_words
        return _fill(Random, input, generator, kernel, limit)
    node = RandomTo if len(bounds) == 1 else RandomFromTo
    low, high = (0, *bounds) if len(bounds) == 1 else bounds
    if high is None and low == -(2**63):
        if input.dtype not in (types.int64, types.float32, types.float64):
            raise RuntimeError(
                "random_full_64_bits_range_kernel_cpu handles only int64, double, float and bfloat16"
            )
        return _fill(node, input, generator, input.kernels.random_double_words, 0)
    low, span = _range(input, low, high)
    return _fill(node, input, generator, input.kernels.random_integers, low, span)


def _bounds(bounds: tuple, named: dict) -> tuple:
    """Positional and named bounds as one tuple; `from`, a word of Python's, can only be in **named."""
    if "from" in named:
        bounds = (named.pop("from"), *bounds)
    if "to" in named:
        bounds = (*bounds, named.pop("to"))
    for name in named:
        raise TypeError(f"random_() got an unexpected keyword argument '{name}'")
    if len(bounds) > 2:
        raise TypeError(f"random_() takes 2 positional arguments but {len(bounds)} were given")
    values = tuple(each.item() if isinstance(each, Tensor) else each for each in bounds)
    for place, each in enumerate(values):
        if not isinstance(each, (int, np.integer)) and not (each is None and place == 1):
            raise TypeError(invalid_combination("random_", bounds))
        if each is not None and not -(2**63) <= each < 2**63:
            raise ValueError("Overflow when unpacking long long")
    return tuple(each if each is None else int(each) for each in values)


# The whole numbers that random_() may give a dtype (lowest, highest), and what a draw is taken modulo.
_RANGE = {
    types.bool: (0, 1, 2),
    types.uint8: (0, 255, 256),
    types.int32: (-(2**31), 2**31 - 1, 2**31),
    types.int64: (-(2**63), 2**63 - 1, 2**63),
    types.float32: (-(2**24), 2**24, 2**24 + 1),
    types.float64: (-(2**53), 2**53, 2**53 + 1),
}


def _range(input: Tensor, low: int, high: int | None) -> tuple[int, int]:
    """The first number and how many there are, both bounds being numbers that the dtype has."""
    lowest, highest, _ = _RANGE[input.dtype]
    floating = input.array.dtype.kind == "f"
    if high is not None and low >= high:
        raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
    if floating:
        number = input.array.dtype.type
        low = _representable(low, +1, number)
        if high is None:
            if low >= highest:
                raise RuntimeError(
                    "random_ expects 'from' casted to dtype to be less than or equal to 'to_inc' casted to "
                    f"dtype, but got from={low} > to_inc={highest}"
                )
        else:
            high = _representable(high, -1, number)
            if low >= high:
                raise RuntimeError(
                    "random_ expects 'from' casted to dtype to be less than 'to' casted to dtype, but got "
                    f"from={low} >= to={high}"
                )
    last, last_name = (highest, "to_inc") if high is None else (high - 1, "to - 1")
    for name, bound in (("from", low), (last_name, last)):
        if lowest <= bound <= highest:
            continue
        if not floating:
            raise RuntimeError(f"{name} is out of bounds for {_c_name(input)}")
        digits = int(math.log2(highest))
        warnings.warn(
            f"{name} is out of bounds [-(2^{digits}), 2^{digits}]. Due to precision limitations "
            f"{_c_name(input)} can support discrete uniform distribution only within this range. This "
            "warning will become an error in version 1.7 release, please fix the code in advance",
            stacklevel=3,
        )
    return low, last - low + 1


def _representable(bound: int, step: int, number: type) -> int:
    """`bound`, moved in direction `step` to a number the dtype has. PyTorch: update_from, update_to."""
    beside = int(number(bound + step))
    if beside >= bound if step > 0 else beside < bound:
        return bound
    digits = np.finfo(number).nmant + 1
    return beside + step * (1 << (abs(bound + step).bit_length() - digits))


def bernoulli_(input: Tensor, p: Tensor | float = 0.5, *, generator: Generator | None = None) -> Tensor:
    """1 with probability p, which may be a tensor that expands to the shape, and 0 otherwise.

    Raises RuntimeError for a probability outside [0, 1]. PyTorch: Tensor.bernoulli_.
    """
    if not isinstance(p, (Tensor, int, float, np.number)):
        raise TypeError(invalid_combination("bernoulli_", (p,)))
    generator = _prepare(input, generator, "bernoulli_")
    if isinstance(p, Tensor):
        probabilities = p.detach().expand(input.array.shape)
        check_probabilities(probabilities)
        return _fill(BernoulliEach, input, generator, input.kernels.bernoulli_each, probabilities.array)
    if not 0 <= p <= 1:
        raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={p:g}")
    return _fill(Bernoulli, input, generator, input.kernels.bernoulli, float(p))


def exponential_(input: Tensor, lambd: float = 1, *, generator: Generator | None = None) -> Tensor:
    """Exponential, of mean 1 / lambd. Raises RuntimeError unless lambd > 0. PyTorch: Tensor.exponential_."""
    lambd = as_float(lambd, "exponential_", "lambd", 1)
    generator = _prepare(input, generator, "exponential_")
    if not lambd > 0:
        raise RuntimeError(f"exponential_ expects lambda > 0.0, but found lambda={lambd:g}")
    _check_continuous(input, "Exponential", _name(input))
    return _fill(Exponential, input, generator, input.kernels.exponential, lambd)


def geometric_(input: Tensor, p: float, *, generator: Generator | None = None) -> Tensor:
    """Trials until the first success. Raises RuntimeError unless 0 < p < 1. PyTorch: Tensor.geometric_."""
    p = as_float(p, "geometric_", "p", 1)
    generator = _prepare(input, generator, "geometric_")
    if not 0 < p < 1:
        raise RuntimeError(f"geometric_ expects p to be in (0, 1), but got p={p:g}")
    if input.dtype is types.bool:
        raise NotImplementedError("\"geometric_cpu\" not implemented for 'Bool'")
    return _fill(Geometric, input, generator, input.kernels.geometric, p)


def cauchy_(
    input: Tensor, median: float = 0, sigma: float = 1, *, generator: Generator | None = None
) -> Tensor:
    """Cauchy. Raises RuntimeError unless sigma > 0. PyTorch: Tensor.cauchy_."""
    median, sigma = as_float(median, "cauchy_", "median", 1), as_float(sigma, "cauchy_", "sigma", 2)
    generator = _prepare(input, generator, "cauchy_")
    if not sigma > 0:
        raise RuntimeError(f"cauchy_ expects sigma > 0.0, but found sigma={sigma:g}")
    _check_continuous(input, "Cauchy", _c_name(input))
    return _fill(Cauchy, input, generator, input.kernels.cauchy, median, sigma)


def log_normal_(
    input: Tensor, mean: float = 1, std: float = 2, *, generator: Generator | None = None
) -> Tensor:
    """exp of a normal number. Raises RuntimeError unless std > 0. PyTorch: Tensor.log_normal_."""
    mean, std = as_float(mean, "log_normal_", "mean", 1), as_float(std, "log_normal_", "std", 2)
    generator = _prepare(input, generator, "log_normal_")
    if not std > 0:
        raise RuntimeError(f"log_normal_ expects std > 0.0, but found std={std:g}")
    _check_floating(input, "log_normal_cpu")
    return _fill(LogNormal, input, generator, input.kernels.log_normal, mean, std)


def _prepare(input: Tensor, generator: Generator | None, function: str) -> Generator:
    """Raise in PyTorch's words where the tensor may not be written to; the generator to draw from."""
    check_tensor(input, function, "input", 1)
    inplace.check(input)
    return checked_generator(generator, function, input)


def _fill(
    node: type["_Overwrite"], input: Tensor, generator: Generator, kernel: Callable, *parameters
) -> Tensor:
    with generator.lock:
        kernel(input.array, generator.state, *parameters)
    input._storage.version += 1
    if mode.enabled and input.requires_grad:
        inplace.rebase(input, node.apply(input)._grad_fn, 0)
    return input


class _Overwrite(Function):
    """What the tensor held before has no influence on it any more."""


    @staticmethod
    def forward(ctx, input):
        return input.detach()

    @staticmethod
    def backward(ctx, grad):
        return zeros_like(grad)


class Uniform(_Overwrite):
    """derivatives.yaml: uniform_."""


class Normal(_Overwrite):
    """derivatives.yaml: normal_."""


class Random(_Overwrite):
    """derivatives.yaml: random_."""

    node_name = "RandomBackward2"


class RandomTo(_Overwrite):
    """derivatives.yaml: random_.to."""

    node_name = "RandomBackward1"


class RandomFromTo(_Overwrite):
    """derivatives.yaml: random_.from."""

    node_name = "RandomBackward0"


class Bernoulli(_Overwrite):
    """derivatives.yaml: bernoulli_.float."""

    node_name = "BernoulliBackward2"


class BernoulliEach(_Overwrite):
    """derivatives.yaml: bernoulli_.Tensor."""

    node_name = "BernoulliBackward1"


class Exponential(_Overwrite):
    """derivatives.yaml: exponential_."""


class Geometric(_Overwrite):
    """derivatives.yaml: geometric_."""


class Cauchy(_Overwrite):
    """derivatives.yaml: cauchy_."""


class LogNormal(_Overwrite):
    """derivatives.yaml: log_normal_."""


def checked_generator(generator: Generator | None, function: str, tensor: Tensor) -> Generator:
    """The generator to draw from for a tensor. Raises in PyTorch's words for something else, or another device's."""
    if generator is None:
        return generator_of(tensor)
    check_generator(generator, function)
    if generator.device.type != tensor.device.type:
        raise RuntimeError(
            f"Expected a '{tensor.device.type}' device type for generator but found '{generator.device.type}'"
        )
    return generator


def check_generator(generator: Generator | None, function: str) -> None:
    """Raise TypeError in PyTorch's words for something else."""
    if generator is not None and not isinstance(generator, Generator):
        raise TypeError(
            f"{function}(): argument 'generator' must be torch.Generator, not {type(generator).__name__}"
        )


def invalid_combination(function: str, arguments: tuple, named: dict | None = None) -> str:
    """PyTorch's words for arguments that fit none of a function's signatures."""
    kinds = [type(each).__name__ for each in arguments]
    kinds += [f"{name}={type(each).__name__}" for name, each in (named or {}).items()]
    return (
        f"{function}() received an invalid combination of arguments - got ({', '.join(kinds)}), but expected "
        "one of:"
    )


def as_float(value: object, function: str, argument: str, position: int) -> float:
    """A number or a 0-d tensor as a float. Raises TypeError in PyTorch's words for anything else."""
    if isinstance(value, Tensor):
        value = value.item()
    if not isinstance(value, (int, float, np.number)):
        raise TypeError(
            f"{function}(): argument '{argument}' (position {position}) must be float, not "
            f"{type(value).__name__}"
        )
    return float(value)


def check_std(std: float) -> None:
    """Raise RuntimeError unless std >= 0."""
    if not std >= 0:
        raise RuntimeError(f"normal expects std >= 0.0, but found std {std:g}")


def check_probabilities(probabilities: Tensor) -> None:
    """Raise unless it is a floating-point tensor of numbers in [0, 1]."""
    _check_floating(probabilities, "bernoulli_tensor_cpu_p_")
    array = probabilities.kernels.to_host(probabilities.array)
    if array.size and not (array.min() >= 0 and array.max() <= 1):
        raise RuntimeError(
            "Expected p_in >= 0 && p_in <= 1 to be true, but got false.  (Could this error message be "
            "improved?  If so, please report an enhancement request to PyTorch.)"
        )


def _check_floating(input: Tensor, kernel: str) -> None:
    if input.array.dtype.kind != "f":
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{_name(input)}'")


def _check_continuous(input: Tensor, distribution: str, dtype: str) -> None:
    if input.array.dtype.kind != "f":
        raise RuntimeError(
            f"{distribution} distribution is a continuous probability distribution. dtype must be a floating "
            f"point but you specified {dtype}"
        )


def _name(input: Tensor) -> str:
    return types.SCALAR_NAME[input.dtype]


def _c_name(input: Tensor) -> str:
    return _C_NAME[input.dtype]


_C_NAME = {
    types.float32: "float",
    types.float64: "double",
    types.int64: "long int",
    types.int32: "int",
    types.uint8: "unsigned char",
    types.bool: "bool",
}
