"""Reductions over any axes of an array. PyTorch: aten/src/ATen/native/cpu/{ReduceOpsKernel,SumKernel}.cpp.

Memory order decides how a reduction runs, so the axes are first put into that order; what remains is a row of
kept and reduced runs, and each reduced run is one pass over (outer, reduced, inner).
"""

import math
from collections.abc import Callable

import numba
import numpy as np
from llvmlite import ir
from numba.extending import intrinsic, register_jitable

from minitorch.kernels.cpu._compile import GRAIN, REGROUP, parallel, prange, serial
from minitorch.kernels.cpu.memory import empty
from minitorch.kernels.cpu.pointwise import contiguous

# Columns that one task sums side by side: their float64 totals stay in the first-level cache.
_BLOCK = 512
# A pass with fewer independent tasks than this cuts the reduced axis too.
_TASKS = 64


class Reduction:
    """The kernel of one reduction: `kernel(array, axes, keepdim, dtype, divisor)`.

    `combine(total, element)` also merges two totals. The totals start at `first(dtype)` and have its dtype;
    at the end each becomes `finish(total, divisor)`. `axes`: ascending, not negative; None or empty for all.
    """

    __slots__ = ("_combine", "_finish", "_first", "_parallel", "_serial")

    def __init__(self, combine: Callable, first: Callable, finish: Callable):
        self._combine = combine
        self._first = first
        self._finish = finish
        self._serial = self._parallel = None

    def __call__(
        self,
        array: np.ndarray,
        axes: tuple[int, ...] | None,
        keepdim: bool,
        dtype: np.dtype,
        divisor: float = 1.0,
    ) -> np.ndarray:
        if array.dtype.char == "e":  # float16, which Numba does not have on the CPU
            with np.errstate(over="ignore"):
                return self(array.astype(np.float32), axes, keepdim, np.dtype(np.float32), divisor).astype(dtype)
        shape = array.shape
        begin, end = (0, len(shape)) if not axes else (axes[0], axes[-1] + 1)
        if array.flags.carray and (not axes or end - begin == len(axes)):  # one run: nothing to prepare
            outer, length, inner = (
                math.prod(shape[:begin]),
                math.prod(shape[begin:end]),
                math.prod(shape[end:]),
            )
            out = empty(shape[:begin] + (1,) * keepdim * (end - begin) + shape[end:], dtype)
            if outer and inner:
                self._pass(array.reshape(outer, length, inner), out.reshape(outer, inner), divisor)
            return out
        axes = axes or tuple(range(array.ndim))
        if keepdim:
            shape = tuple([1 if axis in axes else size for axis, size in enumerate(shape)])
        else:
            shape = tuple([size for axis, size in enumerate(shape) if axis not in axes])
        out = empty(shape, dtype)
        if out.size:
            self._reduce(array, axes, out, divisor)
        return out

    def _reduce(self, array: np.ndarray, axes: tuple[int, ...], out: np.ndarray, divisor: float) -> None:
        array, order = in_memory_order(array)
        order = [axis for axis, size in zip(order, array.shape) if size != 1]
        array = array.reshape([size for size in array.shape if size != 1])
        reduced = [axis in axes for axis in order]
        kept = [axis for axis in order if axis not in axes]
        while True:
            begin, end = _innermost_run(reduced)
            shape = array.shape
            view = array.reshape(
                math.prod(shape[:begin]), math.prod(shape[begin:end]), math.prod(shape[end:])
            )
            if True not in reduced[:begin]:
                break
            array = np.empty(shape[:begin] + shape[end:], self._first(array.dtype).dtype)
            self._pass(view, array.reshape(view.shape[0], view.shape[2]), 1.0)
            del reduced[begin:end]
        if kept == sorted(kept):
            self._pass(view, out.reshape(view.shape[0], view.shape[2]), divisor)
        else:
            result = np.empty([shape[place] for place in range(len(shape)) if not reduced[place]], out.dtype)
            self._pass(view, result.reshape(view.shape[0], view.shape[2]), divisor)
            final = result.transpose([kept.index(axis) for axis in sorted(kept)])
            out[...] = final.reshape(out.shape)

    def _pass(self, array: np.ndarray, out: np.ndarray, divisor: float) -> None:
        """(outer, reduced, inner) -> (outer, inner)."""
        outer, length, inner = array.shape
        first = self._first(array.dtype)
        if array.size <= GRAIN:
            if self._serial is None:
                self._serial = serial(_loops(self._combine, self._finish))
            self._serial(array, np.empty((outer, 1, inner), first.dtype), out, first, divisor)
        else:
            if self._parallel is None:
                self._parallel = parallel(_loops(self._combine, self._finish))
            totals = empty((outer, _pieces(outer, length, inner), inner), first.dtype)
            self._parallel(array, totals, out, first, divisor)


def in_memory_order(array: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """The array with its axes from the largest stride to the smallest; a copy only if it has gaps."""
    order = list(range(array.ndim))
    if array.flags.carray:
        return array, order
    by_stride = sorted(order, key=lambda axis: -array.strides[axis])
    permuted = array.transpose(by_stride)
    if permuted.flags.carray:
        return permuted, by_stride
    return contiguous(array), order


def _innermost_run(reduced: list[bool]) -> tuple[int, int]:
    """Where the last run of reduced axes begins and ends."""
    end = len(reduced)
    while end > 0 and not reduced[end - 1]:
        end -= 1
    begin = end
    while begin > 0 and reduced[begin - 1]:
        begin -= 1
    return begin, end


def _pieces(outer: int, length: int, inner: int) -> int:
    """How many pieces the reduced axis is cut into: by the shape alone, so threads do not change the bits."""
    tasks = outer * ((inner + _BLOCK - 1) // _BLOCK)
    if tasks >= _TASKS:
        return 1
    return max(1, min(_TASKS // tasks, length * min(inner, _BLOCK) // GRAIN))


def _loops(combine: Callable, finish: Callable) -> Callable:
    """Compiled twice: `prange` is `range` in the serial one. Pieces are merged in their order."""
    combine = register_jitable(fastmath=REGROUP)(combine)
    finish = register_jitable(finish)

    @register_jitable(fastmath=REGROUP)
    def along(row, total):
        for i in range(row.size):
            total = combine(total, row[i])
        return total

    def loops(array, totals, out, first, divisor):
        outer, length, inner = array.shape
        pieces = totals.shape[1]
        step = (length + pieces - 1) // pieces
        if inner == 1:
            rows = array.reshape(outer, length)
            for task in prange(outer * pieces):
                o, p = task // pieces, task % pieces
                totals[o, p, 0] = along(rows[o, p * step : (p + 1) * step], first)
        else:
            blocks = (inner + _BLOCK - 1) // _BLOCK
            for task in prange(outer * pieces * blocks):
                o, p, b = task // (pieces * blocks), task // blocks % pieces, task % blocks
                total = totals[o, p, b * _BLOCK : (b + 1) * _BLOCK]
                total[:] = first
                for r in range(p * step, min(length, (p + 1) * step)):
                    line = array[o, r, b * _BLOCK : (b + 1) * _BLOCK]
                    for i in range(total.size):
                        total[i] = combine(total[i], line[i])
        for o in prange(outer):
            for i in range(inner):
                merged = totals[o, 0, i]
                for p in range(1, pieces):
                    merged = combine(merged, totals[o, p, i])
                out[o, i] = finish(merged, divisor)

    return loops


# Totals of floats are float64: more accurate than PyTorch's cascade of float32 sums, in one pass.


def _add(total, element):
    return total + element


def _multiply(total, element):
    return total * element


def _larger(total, element):
    """NaN wins."""
    return _maximum(total, element)


def _smaller(total, element):
    return _minimum(total, element)


@intrinsic
def _maximum(context, a, b):
    """LLVM's own operation is vectorised; a comparison and a choice are not, and 20x slower."""
    return a(a, b), _extreme_code("llvm.maximum", lambda a, b: a if a > b else b)


@intrinsic
def _minimum(context, a, b):
    return a(a, b), _extreme_code("llvm.minimum", lambda a, b: a if a < b else b)


def _extreme_code(name: str, of_integers: Callable) -> Callable:
    def code(context, builder, signature, operands):
        if isinstance(signature.return_type, numba.types.Float):
            kind = operands[0].type
            operation = builder.module.declare_intrinsic(name, [kind], ir.FunctionType(kind, [kind, kind]))
            return builder.call(operation, operands)
        return context.compile_internal(builder, of_integers, signature, operands)

    return code


def _either(total, element):
    return total or element != 0


def _both(total, element):
    return total and element != 0


def _divide(total, divisor):
    return total / divisor


def _keep(total, divisor):
    return total


def _lowest(dtype: np.dtype) -> np.generic:
    if dtype.kind == "f":
        return dtype.type(-math.inf)
    return np.False_ if dtype.kind == "b" else dtype.type(np.iinfo(dtype).min)


def _highest(dtype: np.dtype) -> np.generic:
    if dtype.kind == "f":
        return dtype.type(math.inf)
    return np.True_ if dtype.kind == "b" else dtype.type(np.iinfo(dtype).max)


_ZERO, _ONE = np.int64(0), np.int64(1)
_FLOAT_ZERO = np.float64(0)

sum = Reduction(_add, lambda dtype: _FLOAT_ZERO, _divide)  # of floats; with a divisor: the mean
integer_sum = Reduction(_add, lambda dtype: _ZERO, _keep)
prod = Reduction(_multiply, lambda dtype: dtype.type(1), _keep)
integer_prod = Reduction(_multiply, lambda dtype: _ONE, _keep)
amax = Reduction(_larger, _lowest, _keep)
amin = Reduction(_smaller, _highest, _keep)
any = Reduction(_either, lambda dtype: np.False_, _keep)
all = Reduction(_both, lambda dtype: np.True_, _keep)
