"""Copies in the other order. PyTorch: aten/src/ATen/native/cuda/TensorTransformations.cu."""

from minitorch.kernels.cuda._compile import THREADS, blocks, kernel
from minitorch.kernels.cuda._driver import cuda
from minitorch.kernels.cuda._loops import merged, offset, padded
from minitorch.kernels.cuda.array import DeviceArray


def flip(array: DeviceArray, axes: tuple[int, ...], out: DeviceArray) -> None:
    """Write the array to `out`, with the order of these axes reversed. PyTorch: torch.flip."""
    if out.size == 0:
        return
    last = sum([(array.shape[axis] - 1) * array.steps[axis] for axis in axes])  # the first element of the result
    turned = [-step if axis in axes else step for axis, step in enumerate(array.strides)]
    sizes, (out_steps, steps) = padded(*merged(out, [array.window(array.shape, tuple(turned))]))
    _flip[blocks(out.size), THREADS](out, array, out.size, sizes, out_steps, steps, last)


@kernel
def _flip(out, array, count, sizes, out_steps, steps, first):
    for i in range(cuda.grid(1), count, cuda.gridsize(1)):
        out[offset(i, sizes, out_steps)] = array[first + offset(i, sizes, steps)]
