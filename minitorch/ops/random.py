"""New tensors of random numbers. PyTorch: aten/src/ATen/native/TensorFactories.cpp, Distributions.cpp.

All draw from `generator` or else the default one, as many words in the same order as PyTorch. Further options
(`dtype`, `layout`, `device`, `pin_memory`, `memory_format`, `out`) are those of `empty` and `empty_like`.
"""

import warnings

import numpy as np

from minitorch import types
from minitorch._tensor import Tensor, wrap
from minitorch.autograd.function import Function
from minitorch.ops import creation
from minitorch.ops.distributions import bernoulli_ as bernoulli_
from minitorch.ops.distributions import cauchy_ as cauchy_
from minitorch.ops.distributions import (
    check_generator,
    check_probabilities,
    check_std,
    checked_generator,
    invalid_combination,
    normal_,
    random_,
    uniform_,
)
from minitorch.ops.promotion import broadcast, check_tensor
from minitorch.ops.sizes import check_sizes, sizes_of
from minitorch.random import Generator


def rand(
    *sizes: int, size=None, generator: Generator | None = None, requires_grad: bool = False, **options
) -> Tensor:
    """Uniform in [0, 1). Shape: sizes, or one tuple of them. PyTorch: torch.rand."""
    result = _empty(_sizes("rand", sizes, size), **options)
    return _finish(uniform_(result, generator=generator), requires_grad)


def randn(
    *sizes: int, size=None, generator: Generator | None = None, requires_grad: bool = False, **options
) -> Tensor:
    """Normal, of mean 0 and variance 1. Shape: sizes, or one tuple of them. PyTorch: torch.randn."""
    result = _empty(_sizes("randn", sizes, size), **options)
    return _finish(normal_(result, generator=generator), requires_grad)


def randint(*arguments, generator: Generator | None = None, requires_grad: bool = False, **options) -> Tensor:
    """Whole numbers below high, randint(high, size), or from low to high - 1, randint(low, high, size).

    int64 unless `dtype` or `out` says otherwise. RuntimeError unless low < high. PyTorch: torch.randint.
    """
    given = dict(options)
    low, high, size = (options.pop(name, None) for name in ("low", "high", "size"))
    match (len(arguments), low, high, size):
        case (3, None, None, None):
            low, high, size = arguments
        case (2, None, None, None):
            high, size = arguments
        case (2, None, None, _):
            low, high = arguments
        case (1, None, None, _) if size is not None:
            (high,) = arguments
        case (1, None, _, _) if size is not None:
            (low,) = arguments
        case (0, _, _, _) if high is not None and size is not None:
            pass
        case _:
            raise TypeError(invalid_combination("randint", arguments, given))
    low = 0 if low is None else low
    if not isinstance(size, (tuple, list)):
        raise TypeError(
            f"randint(): argument 'size' (position {len(arguments)}) must be tuple of ints, not "
            f"{type(size).__name__}"
        )
    if not all(isinstance(each, (int, np.integer, Tensor)) for each in (low, high)):
        raise TypeError(invalid_combination("randint", arguments, given))
    if options.get("out") is None:
        options["dtype"] = options.get("dtype") or types.int64
    result = _empty(sizes_of((size,), "randint"), **options)
    return _finish(random_(result, low, high, generator=generator), requires_grad)


def randperm(
    n: int,
    *,
    generator: Generator | None = None,
    out: Tensor | None = None,
    dtype: types.dtype | None = None,
    requires_grad: bool = False,
    **options,
) -> Tensor:
    """0 .. n-1 in random order: (n,), int64 unless `dtype` says otherwise.

    Raises RuntimeError for a negative n and one that the dtype cannot count to. PyTorch: torch.randperm.
    """
    if isinstance(n, bool) or not isinstance(n, (int, np.integer)):
        raise TypeError(f"randperm(): argument 'n' (position 1) must be int, not {type(n).__name__}")
    n = int(n)
    check_sizes((n,))
    if out is None:
        dtype = dtype or types.int64
    result = _empty((n,), out=out, dtype=dtype, **options)
    _check_countable(n, result.dtype)
    generator = checked_generator(generator, "randperm", result)
    with generator.lock:
        result.array[...] = result.kernels.permutation(generator.state, n)
    return _finish(result, requires_grad)


def _check_countable(n: int, dtype: types.dtype) -> None:
    if dtype is types.bool:
        raise NotImplementedError("\"randperm\" not implemented for 'Bool'")
    if dtype.is_floating_point:
        digits = np.finfo(dtype.numpy).nmant + 1
        if n > 2**digits + 1:
            raise RuntimeError(
                f"n cannot be greater than 2^{digits}+1 for {types.SCALAR_NAME[dtype]} type."
            )
    elif n - 1 > np.iinfo(dtype.numpy).max:
        raise RuntimeError(f"value cannot be converted to type {dtype.name}_t without overflow")


def rand_like(
    input: Tensor, *, generator: Generator | None = None, requires_grad: bool = False, **options
) -> Tensor:
    """Uniform in [0, 1), of the shape, dtype and strides of `input`. PyTorch: torch.rand_like."""
    check_tensor(input, "rand_like", "input", 1)
    return _finish(uniform_(creation.empty_like(input, **options), generator=generator), requires_grad)


def randn_like(
    input: Tensor, *, generator: Generator | None = None, requires_grad: bool = False, **options
) -> Tensor:
    """Normal of mean 0, variance 1, of the shape, dtype and strides of `input`. PyTorch: torch.randn_like."""
    check_tensor(input, "randn_like", "input", 1)
    return _finish(normal_(creation.empty_like(input, **options), generator=generator), requires_grad)


def randint_like(
    input: Tensor,
    *bounds: int,
    low: int | None = None,
    high: int | None = None,
    generator: Generator | None = None,
    requires_grad: bool = False,
    **options,
) -> Tensor:
    """randint of the shape, dtype and strides of `input`. PyTorch: torch.randint_like."""
    check_tensor(input, "randint_like", "input", 1)
    bounds = (*bounds, *(each for each in (low, high) if each is not None))
    low, high = (0, *bounds) if len(bounds) == 1 else bounds
    result = creation.empty_like(input, **options)
    return _finish(random_(result, low, high, generator=generator), requires_grad)


def bernoulli(
    input: Tensor, p: float | None = None, *, generator: Generator | None = None, out: Tensor | None = None
) -> Tensor:
    """1 with the probability that `input` gives for each element (or with p for all), and 0 otherwise.

    Raises RuntimeError for a probability outside [0, 1]. PyTorch: torch.bernoulli.
    """
    check_tensor(input, "bernoulli", "input", 1)
    generator = checked_generator(generator, "bernoulli", input)
    if p is not None:
        return BernoulliP.apply(input, p, generator)
    check_probabilities(input)
    if out is not None:
        return bernoulli_(_empty(input.array.shape, out=out), input, generator=generator)
    return Bernoulli.apply(input, generator)


class Bernoulli(Function):
    """derivatives.yaml: bernoulli."""

    @staticmethod
    def forward(ctx, input, generator):
        return bernoulli_(creation.empty(input.array.shape, dtype=input.dtype, device=input.device), input, generator=generator)

    @staticmethod
    def backward(ctx, grad):
        return creation.zeros_like(grad), None


class BernoulliP(Function):
    """derivatives.yaml has no bernoulli.p."""

    node_name = "NotImplemented"

    @staticmethod
    def forward(ctx, input, p, generator):
        return bernoulli_(creation.empty(input.array.shape, dtype=input.dtype, device=input.device), p, generator=generator)

    @staticmethod
    def backward(ctx, grad):
        raise RuntimeError("derivative for aten::bernoulli is not implemented")


def normal(
    mean: Tensor | float,
    std: Tensor | float | None = None,
    size=None,
    *,
    generator: Generator | None = None,
    out: Tensor | None = None,
    requires_grad: bool = False,
    **options,
) -> Tensor:
    """Normal: normal(mean, std), one of them a tensor or both, or normal(mean, std, size) of two numbers.

    Raises RuntimeError unless std >= 0. PyTorch: torch.normal.
    """
    check_generator(generator, "normal")
    tensors = isinstance(mean, Tensor), isinstance(std, Tensor)
    if size is None and (True not in tensors):
        if std is None:
            check_tensor(mean, "normal", "mean", 1)
        raise TypeError(invalid_combination("normal", (mean, std)))
    numbers = [each for each, is_tensor in zip((mean, std), tensors) if not is_tensor]
    if (size is not None and True in tensors) or any(
        not (each is None or isinstance(each, (int, float, np.number))) for each in numbers
    ):
        raise TypeError(invalid_combination("normal", (mean, std) if size is None else (mean, std, size)))
    std = 1.0 if std is None else std
    if size is not None:
        result = _empty(sizes_of((size,), "normal"), out=out, **options)
        return _finish(normal_(result, mean, std, generator=generator), requires_grad)
    if tensors == (True, True):
        return NormalTensors.apply(mean, std, generator, out)
    if tensors == (True, False):
        return NormalMean.apply(mean, std, generator, out)
    return NormalStd.apply(mean, std, generator, out)


class NormalTensors(Function):
    """derivatives.yaml: normal.Tensor_Tensor."""

    node_name = "NormalBackward3"

    @staticmethod
    def forward(ctx, mean, std, generator, out):
        ctx.shapes = mean.shape, std.shape
        _check_stds(std)
        result = _like(mean, broadcast(mean.array.shape, std.array.shape), out)
        return normal_(result, generator=generator).mul_(std).add_(mean)

    @staticmethod
    def backward(ctx, grad):
        mean, std = ctx.shapes
        return *[creation.zeros(each, dtype=grad.dtype, device=grad.device) for each in (mean, std)], None, None


class NormalMean(Function):
    """derivatives.yaml: normal.Tensor_float."""

    node_name = "NormalBackward1"

    @staticmethod
    def forward(ctx, mean, std, generator, out):
        check_std(std)
        return normal_(_like(mean, mean.array.shape, out), 0, std, generator=generator).add_(mean)

    @staticmethod
    def backward(ctx, grad):
        return creation.zeros_like(grad), None, None, None


class NormalStd(Function):
    """derivatives.yaml: normal.float_Tensor."""

    node_name = "NormalBackward2"

    @staticmethod
    def forward(ctx, mean, std, generator, out):
        _check_stds(std)
        return normal_(_like(std, std.array.shape, out), generator=generator).mul_(std).add_(mean)

    @staticmethod
    def backward(ctx, grad):
        return None, creation.zeros_like(grad), None, None


def _check_stds(std: Tensor) -> None:
    if std.array.size and not std.kernels.to_host(std.array).min() >= 0:
        raise RuntimeError("normal expects all elements of std >= 0.0")


def _like(input: Tensor, shape: tuple[int, ...], out: Tensor | None) -> Tensor:
    """Contiguous, whatever the strides of `input`."""
    if out is None:
        return creation.empty(shape, dtype=input.dtype, device=input.device)
    broadcast(shape, out.array.shape)  # raises if they differ
    return out


def multinomial(
    input: Tensor,
    num_samples: int,
    replacement: bool = False,
    *,
    generator: Generator | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """Categories drawn by weight: floats (C,) or (N, C) -> int64 (num_samples,) or (N, num_samples).

    Raises RuntimeError for weights that are negative, infinite or all 0, and for more samples than categories
    without replacement. PyTorch: torch.multinomial.
    """
    check_tensor(input, "multinomial", "input", 1)
    if isinstance(num_samples, bool) or not isinstance(num_samples, (int, np.integer)):
        raise TypeError(
            "multinomial(): argument 'num_samples' (position 2) must be int, not "
            f"{type(num_samples).__name__}"
        )
    generator = checked_generator(generator, "multinomial", input)
    weights = input.array
    _check_multinomial(input.kernels.to_host(weights), num_samples, replacement, out)
    with generator.lock:
        rows = weights.reshape(-1, weights.shape[-1])
        drawn = input.kernels.multinomial(rows, generator.state, int(num_samples), replacement)
    result = wrap(drawn.reshape(*weights.shape[:-1], num_samples))
    return result if out is None else _empty(result.array.shape, out=out).copy_(result)


def _check_multinomial(weights: np.ndarray, num_samples: int, replacement: bool, out: Tensor | None) -> None:
    if weights.dtype.kind != "f":
        name = types.SCALAR_NAME[types.of_numpy(weights.dtype)]
        raise RuntimeError(f"multinomial only supports floating-point dtypes for input, got: {name}")
    if out is not None and out.dtype is not types.int64:
        raise RuntimeError(f"multinomial expects Long tensor out, got: {types.SCALAR_NAME[out.dtype]}")
    if weights.ndim not in (1, 2):
        raise RuntimeError("prob_dist must be 1 or 2 dim")
    if num_samples <= 0:
        raise RuntimeError("cannot sample n_sample <= 0 samples")
    if not replacement and num_samples > weights.shape[-1]:
        raise RuntimeError("cannot sample n_sample > prob_dist.size(-1) samples without replacement")
    if weights.shape[-1] > 2**24:
        raise RuntimeError("number of categories cannot exceed 2^24")
    if weights.shape[-1] == 0:
        raise RuntimeError(
            "aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity."
        )
    if weights.size == 0:
        return
    low, high = weights.min(), weights.max()  # NaN if there is one
    if replacement and num_samples > 1:
        if low < 0:
            raise RuntimeError("invalid multinomial distribution (encountering probability entry < 0)")
        if not high < np.inf:
            raise RuntimeError(
                "invalid multinomial distribution (encountering probability entry = infinity or NaN)"
            )
    elif not (low >= 0 and high < np.inf):
        raise RuntimeError("probability tensor contains either `inf`, `nan` or element < 0")
    if not weights.sum(axis=-1).min() > 0:
        raise RuntimeError("invalid multinomial distribution (sum of probabilities <= 0)")


def _sizes(function: str, sizes: tuple, size) -> tuple[int, ...]:
    """The shape, given as f(2, 3), f((2, 3)) or f(size=(2, 3))."""
    if (size is None) == (not sizes):
        raise TypeError(invalid_combination(function, sizes, {} if size is None else {"size": size}))
    return sizes_of(sizes if size is None else (size,), function)


def _empty(shape: tuple[int, ...], out: Tensor | None = None, dtype=None, **options) -> Tensor:
    """A new tensor, or `out` made to fit, with a warning where it had elements. PyTorch: resize_output."""
    if out is None:
        return creation.empty(shape, dtype=dtype, **options)
    if dtype is not None and dtype is not out.dtype:
        given, wanted = types.SCALAR_NAME[dtype], types.SCALAR_NAME[out.dtype]
        raise RuntimeError(f"dtype {given} does not match dtype of out parameter ({wanted})")
    check_sizes(shape)
    if out.array.shape != shape:
        if out.array.size:
            warnings.warn(
                "An output with one or more elements was resized since it had shape "
                f"{list(out.array.shape)}, which does not match the required output shape {list(shape)}. "
                "This behavior is deprecated, and in a future PyTorch release outputs will not be resized "
                "unless they have zero elements.",
                stacklevel=3,
            )
        fresh = creation.empty(shape, dtype=out.dtype)
        out.array, out._storage, out._stride, out._offset = fresh.array, fresh._storage, None, 0
    return out


def _finish(result: Tensor, requires_grad: bool) -> Tensor:
    if requires_grad and not result.is_floating_point():
        raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
    return result.requires_grad_() if requires_grad else result
