"""Pointwise kernels: one loop, compiled over every formula. PyTorch: aten/src/ATen/native/cpu/Loops.h, TensorIterator.cpp."""

from collections.abc import Callable

import numpy as np
from numba.extending import register_jitable

from minitorch.kernels import formulas, special_formulas
from minitorch.kernels.cpu._compile import GRAIN, parallel, serial
from minitorch.kernels.cpu._loops import FLAT, ROWS
from minitorch.kernels.cpu.memory import empty
from minitorch.kernels.layout import memory_order, restored, strides_in_order

_HALF = np.dtype(np.float16)
_EXACT = 1 << 53  # float64 holds every integer up to here


class Pointwise:
    """The kernel of one formula: `kernel(a, b, ..., dtype, scalars, out)`.

    Operands are arrays of any dtype and strides, or numbers; they broadcast, and are cast to `dtype`, the one the
    formula computes in. `scalars` are passed to the formula behind the elements. The result has `dtype`, or the
    dtype this kernel was made with, and is written to `out` where given.
    """

    __slots__ = ("_flat", "_flat_parallel", "_formula", "_one", "_result", "_rows", "operands")

    def __init__(self, formula: Callable, operands: int, result: type | None = None):
        self.operands = operands
        self._formula = formula
        self._result = None if result is None else np.dtype(result)
        self._flat = self._flat_parallel = self._rows = self._one = None

    def __call__(self, *operands, dtype: np.dtype, scalars: tuple = (), out: np.ndarray | None = None) -> np.ndarray:
        if dtype is _HALF:
            return self._in_single(operands, scalars, out)
        if scalars:
            scalars = tuple([dtype.type(each) for each in scalars])
        if len(operands) == 2 and not (isinstance(operands[1], np.ndarray) and operands[1].ndim):
            first = operands[0]
            if isinstance(first, np.ndarray) and first.ndim and first.flags.c_contiguous:
                return self._with_number(_as_array(first, dtype), _as_number(operands[1], dtype), dtype, scalars, out)
        arrays = [_as_array(each, dtype) for each in operands]
        first = arrays[0]
        flat = first.flags.c_contiguous
        for each in arrays[1:]:
            flat = flat and each.shape == first.shape and each.flags.c_contiguous
        if not flat:
            return self._strided(arrays, dtype, scalars, out)
        if out is None:
            out = empty(first.shape, self._result or dtype)
        elif not (out.flags.c_contiguous and out.shape == first.shape):
            self._run_rows(out, arrays, scalars)
            return out
        if out.size:
            self._run_flat(out, arrays, scalars)
        return out

    def _in_single(self, operands: tuple, scalars: tuple, out: np.ndarray | None) -> np.ndarray:
        """float16 is computed in float32 and rounded once, as PyTorch does."""
        result = self(*operands, dtype=np.dtype(np.float32), scalars=scalars)
        if self._result is None:
            with np.errstate(over="ignore"):
                result = result.astype(_HALF, order="K")
        if out is None:
            return result
        out[...] = result
        return out

    def _with_number(self, first: np.ndarray, number, dtype: np.dtype, scalars: tuple, out) -> np.ndarray:
        """The second operand is one number: the formula runs over the first, as if of one operand."""
        if self._one is None:
            self._one = Pointwise(self._formula, 1, self._result)
        result = self._one(first, dtype=dtype, scalars=(number, *scalars), out=out)
        return _in_order(result, first) if out is None and 1 in first.shape else result

    def _strided(self, arrays: list, dtype: np.dtype, scalars: tuple, out: np.ndarray | None) -> np.ndarray:
        """Operands of several shapes or layouts. The result is laid out as they are, like PyTorch's."""
        shape = np.broadcast_shapes(*[each.shape for each in arrays])
        if out is not None:
            self._run_rows(out, arrays, scalars)
            return out
        tensors = [each for each in arrays if each.ndim] or arrays[:1]  # numbers have no layout
        first = tensors[0]
        alike = len(tensors) == len(arrays) and all(each.shape == shape and each.strides == first.strides for each in tensors)
        if alike and not first.flags.c_contiguous and _dense(first):
            return self._same_strides(first, arrays, dtype, scalars)
        order = memory_order(shape, [_broadcast_strides(each, shape) for each in tensors])
        memory = empty([shape[axis] for axis in order], self._result or dtype)
        out = restored(memory, order)
        if memory.size:
            self._run_rows(out, arrays, scalars)
        return out

    def _same_strides(self, first: np.ndarray, arrays: list, dtype: np.dtype, scalars: tuple) -> np.ndarray:
        """The result has the operands' strides to the letter, also those of dimensions of size 1."""
        kind = self._result or dtype
        steps = tuple([step // first.itemsize * kind.itemsize for step in first.strides])
        out = np.ndarray(first.shape, kind, empty((first.size,), kind), 0, steps)
        self._run_rows(out, arrays, scalars)
        return out

    def _run_flat(self, out: np.ndarray, arrays: list, scalars: tuple) -> None:
        lines = [each.reshape(-1) for each in arrays]
        if out.size <= GRAIN:
            if self._flat is None:
                self._flat = serial(FLAT[self.operands](_inlined(self._formula))).compiled
            self._flat(out.reshape(-1), *lines, scalars)
        else:
            if self._flat_parallel is None:
                self._flat_parallel = parallel(FLAT[self.operands](_inlined(self._formula)))
            self._flat_parallel(out.reshape(-1), *lines, scalars)

    def _run_rows(self, out: np.ndarray, arrays: list, scalars: tuple) -> None:
        if out.size == 0:
            return
        if out.size <= GRAIN:
            self._run_gathered(out, arrays, scalars)
            return
        if out.ndim > 4 and not _dense(out):
            np.copyto(out, self._strided(arrays, arrays[0].dtype, scalars, None))
            return
        if self._rows is None:
            self._rows = parallel(ROWS[self.operands](_inlined(self._formula)))
        self._rows(*_four_dimensions(out, arrays), scalars)

    def _run_gathered(self, out: np.ndarray, arrays: list, scalars: tuple) -> None:
        """Few elements: copied to the order of the result, they take the flat loop, and no other need be compiled."""
        order = memory_order(out.shape, [out.strides])
        line = out.transpose(order)
        lines = []
        for each in arrays:
            if each.shape != out.shape or not each.transpose(order).flags.c_contiguous:
                copy = np.empty(line.shape, each.dtype)
                restored(copy, order)[...] = each
                lines.append(copy)
            else:
                lines.append(each.transpose(order))
        if line.flags.c_contiguous:
            self._run_flat(line, lines, scalars)
        else:
            result = np.empty(line.shape, out.dtype)
            self._run_flat(result, lines, scalars)
            line[...] = result


def _inlined(formula: Callable) -> Callable:
    """The formula for a compiled loop. Without `forceinline` a long one (erf) stays a call, and the loop is not vectorised."""
    return register_jitable(forceinline=True)(formula)


def _as_array(operand, dtype: np.dtype) -> np.ndarray:
    if isinstance(operand, np.ndarray):
        return operand if operand.dtype == dtype else cast(operand, dtype)
    return np.asarray(operand).astype(dtype)  # a Python number: wraps around where it does not fit


def _as_number(operand, dtype: np.dtype):
    """One element of the dtype; an integer wraps around where it does not fit."""
    if dtype.kind == "f" and (type(operand) is float or (type(operand) is int and -_EXACT <= operand <= _EXACT)):
        return dtype.type(operand)  # the general way takes 3 us
    with np.errstate(over="ignore"):
        return np.asarray(operand).astype(dtype)[()]


def cast(array: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """The same values in another dtype, in the same order in memory. PyTorch: aten/src/ATen/native/cpu/CopyKernel.cpp."""
    with np.errstate(invalid="ignore", over="ignore"):
        return array.astype(dtype, order="K")


def contiguous(array: np.ndarray) -> np.ndarray:
    """A row-major copy."""
    result = empty(array.shape, array.dtype)
    copy_into(result, array)
    return result


def copy_into(target: np.ndarray, source: np.ndarray) -> None:
    """Write `source`, broadcast and cast, into `target`."""
    if target.size > GRAIN and target.dtype == source.dtype:
        copy(source, dtype=target.dtype, out=target)
    else:
        with np.errstate(invalid="ignore", over="ignore"):
            np.copyto(target, source, casting="unsafe")


def _four_dimensions(out: np.ndarray, arrays: list) -> list[np.ndarray]:
    """All operands as windows of four dimensions, in the memory order of `out`.

    Neighbouring dimensions are merged where every operand's strides allow it: two layouts alike become one line.
    """
    shape = out.shape
    strides = [out.strides, *[_broadcast_strides(each, shape) for each in arrays]]
    merged_shape: list[int] = []
    merged: list[list[int]] = [[] for _ in strides]
    for axis in memory_order(shape, [out.strides]):
        size = shape[axis]
        if size == 1:
            continue
        if merged_shape and all(steps[-1] == each[axis] * size for steps, each in zip(merged, strides)):
            merged_shape[-1] *= size
            for steps, each in zip(merged, strides):
                steps[-1] = each[axis]
        else:
            merged_shape.append(size)
            for steps, each in zip(merged, strides):
                steps.append(each[axis])
    if len(merged_shape) > 4:
        return _many_dimensions(out, arrays)
    missing = 4 - len(merged_shape)
    final = (1,) * missing + tuple(merged_shape)
    return [_as_strided(each, final, (0,) * missing + tuple(steps)) for each, steps in zip([out, *arrays], merged)]


def _in_order(result: np.ndarray, first: np.ndarray) -> np.ndarray:
    """The result of a tensor and a number, whose dimensions PyTorch orders by the tensor's strides, also those of size 1."""
    steps = strides_in_order(first.shape, memory_order(first.shape, [first.strides]))
    return np.ndarray(result.shape, result.dtype, result, 0, tuple([step * result.itemsize for step in steps]))


def _dense(array: np.ndarray) -> bool:
    """Whether the elements lie without gaps, in some order of dimensions."""
    return array.transpose(memory_order(array.shape, [array.strides])).flags.c_contiguous


def _many_dimensions(out: np.ndarray, arrays: list) -> list[np.ndarray]:
    """Rare: the inputs are copied to the layout of the result, which then is one line."""
    order = memory_order(out.shape, [out.strides])
    copies = [np.ascontiguousarray(np.broadcast_to(each, out.shape).transpose(order)) for each in arrays]
    return _four_dimensions(out.transpose(order), copies)


def _as_strided(array: np.ndarray, shape: tuple[int, ...], strides: tuple[int, ...]) -> np.ndarray:
    """A window on the array's memory: its own elements, in other dimensions."""
    if array.flags.c_contiguous:
        return np.ndarray(shape, array.dtype, array, 0, strides)  # 0.4 us
    return np.lib.stride_tricks.as_strided(array, shape, strides)  # 4 us


def _broadcast_strides(array: np.ndarray, shape: tuple[int, ...]) -> tuple[int, ...]:
    missing = len(shape) - array.ndim
    return (0,) * missing + tuple(
        0 if have == 1 and want != 1 else step
        for have, want, step in zip(array.shape, shape[missing:], array.strides)
    )


copy = Pointwise(formulas.copy, 1)
where = Pointwise(formulas.where, 3)

add = Pointwise(formulas.add, 2)
add_scaled = Pointwise(formulas.add_scaled, 2)
sub = Pointwise(formulas.sub, 2)
mul = Pointwise(formulas.mul, 2)
div = Pointwise(formulas.div, 2)
floor_divide = Pointwise(formulas.floor_divide, 2)
trunc_divide = Pointwise(formulas.trunc_divide, 2)
remainder = Pointwise(formulas.remainder, 2)
fmod = Pointwise(formulas.fmod, 2)
integer_floor_divide = Pointwise(formulas.integer_floor_divide, 2)
integer_trunc_divide = Pointwise(formulas.integer_trunc_divide, 2)
integer_remainder = Pointwise(formulas.integer_remainder, 2)
integer_fmod = Pointwise(formulas.integer_fmod, 2)
pow = Pointwise(formulas.pow, 2)
integer_pow = Pointwise(formulas.integer_pow, 2)
atan2 = Pointwise(formulas.atan2, 2)
maximum = Pointwise(formulas.maximum, 2)
minimum = Pointwise(formulas.minimum, 2)

neg = Pointwise(formulas.neg, 1)
abs = Pointwise(formulas.abs, 1)
integer_abs = Pointwise(formulas.integer_abs, 1)
exp = Pointwise(formulas.exp, 1)
exp2 = Pointwise(formulas.exp2, 1)
expm1 = Pointwise(formulas.expm1, 1)
log = Pointwise(formulas.log, 1)
log2 = Pointwise(formulas.log2, 1)
log10 = Pointwise(formulas.log10, 1)
log1p = Pointwise(formulas.log1p, 1)
sqrt = Pointwise(formulas.sqrt, 1)
rsqrt = Pointwise(formulas.rsqrt, 1)
reciprocal = Pointwise(formulas.reciprocal, 1)
square = Pointwise(formulas.square, 1)
sin = Pointwise(formulas.sin, 1)
cos = Pointwise(formulas.cos, 1)
tan = Pointwise(formulas.tan, 1)
asin = Pointwise(formulas.asin, 1)
acos = Pointwise(formulas.acos, 1)
atan = Pointwise(formulas.atan, 1)
sinh = Pointwise(formulas.sinh, 1)
cosh = Pointwise(formulas.cosh, 1)
tanh = Pointwise(formulas.tanh, 1)
sigmoid = Pointwise(formulas.sigmoid, 1)
erf = Pointwise(formulas.erf, 1)
floor = Pointwise(formulas.floor, 1)
ceil = Pointwise(formulas.ceil, 1)
trunc = Pointwise(formulas.trunc, 1)
round = Pointwise(formulas.round, 1)
sign = Pointwise(formulas.sign, 1)
clamp = Pointwise(formulas.clamp, 1)

relu = Pointwise(formulas.relu, 1)
integer_relu = Pointwise(formulas.integer_relu, 1)
threshold_backward = Pointwise(formulas.threshold_backward, 2)
leaky_relu = Pointwise(formulas.leaky_relu, 1)
leaky_relu_backward = Pointwise(formulas.leaky_relu_backward, 2)
tanh_backward = Pointwise(formulas.tanh_backward, 2)
sigmoid_backward = Pointwise(formulas.sigmoid_backward, 2)
gelu = Pointwise(formulas.gelu, 1)
gelu_backward = Pointwise(formulas.gelu_backward, 2)
silu = Pointwise(formulas.silu, 1)
silu_backward = Pointwise(formulas.silu_backward, 2)
softplus = Pointwise(formulas.softplus, 1)

eq = Pointwise(formulas.eq, 2, np.bool_)
ne = Pointwise(formulas.ne, 2, np.bool_)
lt = Pointwise(formulas.lt, 2, np.bool_)
le = Pointwise(formulas.le, 2, np.bool_)
gt = Pointwise(formulas.gt, 2, np.bool_)
ge = Pointwise(formulas.ge, 2, np.bool_)
logical_and = Pointwise(formulas.logical_and, 2, np.bool_)
logical_or = Pointwise(formulas.logical_or, 2, np.bool_)
logical_xor = Pointwise(formulas.logical_xor, 2, np.bool_)
logical_not = Pointwise(formulas.logical_not, 1, np.bool_)
bitwise_and = Pointwise(formulas.bitwise_and, 2)
bitwise_or = Pointwise(formulas.bitwise_or, 2)
bitwise_xor = Pointwise(formulas.bitwise_xor, 2)
bitwise_not = Pointwise(formulas.bitwise_not, 1)
isnan = Pointwise(formulas.isnan, 1, np.bool_)
isinf = Pointwise(formulas.isinf, 1, np.bool_)
isfinite = Pointwise(formulas.isfinite, 1, np.bool_)

asinh = Pointwise(formulas.asinh, 1)
acosh = Pointwise(formulas.acosh, 1)
atanh = Pointwise(formulas.atanh, 1)
frac = Pointwise(formulas.frac, 1)
signbit = Pointwise(formulas.signbit, 1, np.bool_)
nan_to_num = Pointwise(formulas.nan_to_num, 1)
fmax = Pointwise(formulas.fmax, 2)
fmin = Pointwise(formulas.fmin, 2)
copysign = Pointwise(formulas.copysign, 2)
hypot = Pointwise(formulas.hypot, 2)
heaviside = Pointwise(formulas.heaviside, 2)
nextafter = Pointwise(formulas.nextafter, 2)
gcd = Pointwise(formulas.gcd, 2)
lcm = Pointwise(formulas.lcm, 2)
left_shift = Pointwise(formulas.left_shift, 2)
right_shift = Pointwise(formulas.right_shift, 2)
lerp = Pointwise(formulas.lerp, 3)
addcmul = Pointwise(formulas.addcmul, 3)
addcdiv = Pointwise(formulas.addcdiv, 3)

erfc = Pointwise(special_formulas.erfc, 1)
erfinv = Pointwise(special_formulas.erfinv, 1)
lgamma = Pointwise(special_formulas.lgamma, 1)
digamma = Pointwise(special_formulas.digamma, 1)
polygamma = Pointwise(special_formulas.polygamma, 1)
i0 = Pointwise(special_formulas.i0, 1)
i1 = Pointwise(special_formulas.i1, 1)
sinc = Pointwise(special_formulas.sinc, 1)
logit = Pointwise(special_formulas.logit, 1)
igamma = Pointwise(special_formulas.igamma, 2)
igammac = Pointwise(special_formulas.igammac, 2)
xlogy = Pointwise(special_formulas.xlogy, 2)
logaddexp = Pointwise(special_formulas.logaddexp, 2)
logaddexp2 = Pointwise(special_formulas.logaddexp2, 2)


def contains_zero(array: np.ndarray) -> bool:
    """Whether any element is zero: integer division asks before its kernel runs."""
    return not array.all()


def frexp(array: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mantissas and the exponents (int32)."""
    mantissa, exponent = np.frexp(array)
    return np.asarray(mantissa), np.asarray(exponent).astype(np.int32, copy=False)
