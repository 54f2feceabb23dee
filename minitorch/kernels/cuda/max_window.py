"""The largest element of windows in one to three dimensions. PyTorch: native/cuda/{DilatedMaxPool3d,AdaptiveMaxPooling3d}.cu."""

import numpy as np

from minitorch.kernels.cuda._compile import THREADS, blocks, kernel
from minitorch.kernels.cuda._driver import cuda
from minitorch.kernels.cuda._rows import in_order
from minitorch.kernels.cuda.array import DeviceArray
from minitorch.kernels.cuda.memory import empty
from minitorch.kernels.cuda.resample import on_the_gpu


def max_window(
    input: DeviceArray,  # (P, D, H, W)
    windows: list[np.ndarray],  # for D, H and W: (windows, 2) int64, first place and past the last; or (P, windows, 2)
    steps: tuple[int, int, int],
) -> tuple[DeviceArray, DeviceArray]:
    """The largest element of each window, and its place (z * H + y) * W + x in the plane as int64. NaN wins."""
    rows = [on_the_gpu(each) for each in windows]
    extent = tuple([each.shape[-2] for each in rows])
    result, places = empty((input.shape[0], *extent), input.dtype), empty((input.shape[0], *extent), np.int64)
    if result.size:
        of_planes = tuple([2 * each.shape[1] if each.ndim == 3 else 0 for each in rows])  # 0: the same for all planes
        _max_window[blocks(result.size), THREADS](
            in_order(input), *rows, of_planes, tuple(steps), result, places, result.size, tuple(input.shape[1:]), extent
        )
    return result, places


@kernel
def _max_window(input, depths, heights, widths, of_planes, steps, result, places, count, size, extent):
    for i in range(cuda.grid(1), count, cuda.gridsize(1)):
        k, rest = i % extent[2], i // extent[2]
        j, rest = rest % extent[1], rest // extent[1]
        deep, plane = 2 * (rest % extent[0]), rest // extent[0]
        deep, high, wide = deep + plane * of_planes[0], 2 * j + plane * of_planes[1], 2 * k + plane * of_planes[2]
        origin = plane * size[0] * size[1] * size[2]
        place = (depths[deep] * size[1] + heights[high]) * size[2] + widths[wide]
        best = input[origin + place]
        for z in range(depths[deep], depths[deep + 1], steps[0]):
            for y in range(heights[high], heights[high + 1], steps[1]):
                for x in range(widths[wide], widths[wide + 1], steps[2]):
                    here = (z * size[1] + y) * size[2] + x
                    value = input[origin + here]
                    if value > best or value != value:
                        best, place = value, here
        result[i] = best
        places[i] = place
