"""Copies in the other order. PyTorch: aten/src/ATen/native/cuda/TensorTransformations.cu."""

from minitorch.kernels.cuda._compile import THREADS, blocks, kernel
from minitorch.kernels.cuda._driver import cuda
from minitorch.kernels.cuda._loops import merged, offset, padded
from minitorch.kernels.cuda.array import DeviceArray
from minitorch.kernels.cuda.memory import empty
from minitorch.kernels.cuda.pointwise import contiguous, copy_into


def flip(array: DeviceArray, axes: tuple[int, ...], out: DeviceArray) -> None:
    """Write the array to `out`, with the order of these axes reversed. PyTorch: torch.flip."""
    if out.size == 0:
        return
    last = sum([(array.shape[axis] - 1) * array.steps[axis] for axis in axes])  # the first element of the result
    turned = [-step if axis in axes else step for axis, step in enumerate(array.strides)]
    sizes, (out_steps, steps) = padded(*merged(out, [array.window(array.shape, tuple(turned))]))
    _flip[blocks(out.size), THREADS](out, array, out.size, sizes, out_steps, steps, last)


def roll(array: DeviceArray, shifts: tuple[int, ...], axes: tuple[int, ...]) -> DeviceArray:
    """A row-major copy moved along the axes; what falls off comes back in front. PyTorch: torch.roll."""
    if array.size == 0 or not axes:
        return contiguous(array)
    for shift, axis in zip(shifts, axes):
        size = array.shape[axis]
        shift %= size
        out, before = empty(array.shape, array.dtype), (slice(None),) * axis
        copy_into(out[(*before, slice(shift, size))], array[(*before, slice(0, size - shift))])
        copy_into(out[(*before, slice(0, shift))], array[(*before, slice(size - shift, size))])
        array = out
    return array


@kernel
def _flip(out, array, count, sizes, out_steps, steps, first):
    for i in range(cuda.grid(1), count, cuda.gridsize(1)):
        out[offset(i, sizes, out_steps)] = array[first + offset(i, sizes, steps)]
