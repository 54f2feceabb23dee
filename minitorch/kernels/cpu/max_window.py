"""The largest element of windows in one to three dimensions. PyTorch: native/{DilatedMaxPool3d,AdaptiveMaxPooling3d}.cpp."""

import numpy as np

from minitorch.kernels.cpu._compile import GRAIN, parallel, prange, serial
from minitorch.kernels.cpu.memory import empty
from minitorch.kernels.cpu.pointwise import contiguous


def max_window(
    input: np.ndarray,  # (P, D, H, W)
    windows: list[np.ndarray],  # for D, H and W: (windows, 2) int64, first place and past the last; or (P, windows, 2)
    steps: tuple[int, int, int],
) -> tuple[np.ndarray, np.ndarray]:
    """The largest element of each window, and its place (z * H + y) * W + x in the plane as int64. NaN wins."""
    rows = [np.ascontiguousarray(each if each.ndim == 3 else each[None]) for each in windows]
    shape = (input.shape[0], *[each.shape[1] for each in rows])
    result, places = empty(shape, input.dtype), empty(shape, np.int64)
    if result.size:
        input = input if input.flags.carray else contiguous(input)
        loop = _max_window_serial if result.size <= GRAIN // 8 else _max_window_parallel
        loop(input, *rows, np.array(steps, np.int64), result, places)
    return result, places


def _max_window(input, depths, heights, widths, steps, result, places):
    planes, out_d, out_h, out_w = result.shape
    height, width = input.shape[2:]
    for plane in prange(planes):
        source = input[plane]
        deep = depths[plane % depths.shape[0]]
        high = heights[plane % heights.shape[0]]
        wide = widths[plane % widths.shape[0]]
        for i in range(out_d):
            for j in range(out_h):
                for k in range(out_w):
                    best = source[deep[i, 0], high[j, 0], wide[k, 0]]
                    place = (deep[i, 0] * height + high[j, 0]) * width + wide[k, 0]
                    for z in range(deep[i, 0], deep[i, 1], steps[0]):
                        for y in range(high[j, 0], high[j, 1], steps[1]):
                            for x in range(wide[k, 0], wide[k, 1], steps[2]):
                                value = source[z, y, x]
                                if value > best or value != value:
                                    best = value
                                    place = (z * height + y) * width + x
                    result[plane, i, j, k] = best
                    places[plane, i, j, k] = place


_max_window_serial, _max_window_parallel = serial(_max_window), parallel(_max_window)
