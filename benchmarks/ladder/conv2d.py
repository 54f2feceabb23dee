"""From seven loops in Python to the speed of the machine: a 3x3 convolution at five rungs. PyTorch: torch.conv2d.

    python benchmarks/ladder/conv2d.py
    python benchmarks/ladder/conv2d.py --size 56 --plot conv2d.png

The problem: result[n, o, y, x] is the sum over c, i, j of weight[o, c, i, j] * image[n, c, y + i, x + j], where the
image has a border of zeros (padding 1). Read gemm.py first; here the question is what is different.
"""

import numpy as np
from ladder import Rung, main
from numba import njit, prange

from minitorch.kernels.cpu.conv import conv2d

BATCH, CHANNELS, FILTERS = 8, 32, 64


def python(image, weight):
    """The definition, in seven loops: four over the result, three over the sum."""
    n_, c_, h_, w_ = (range(size) for size in image.shape)
    image, weight = padded(image).tolist(), weight.tolist()
    result = [
        [
            [
                [
                    sum(
                        weight[o][c][i][j] * image[n][c][y + i][x + j]
                        for c in c_
                        for i in range(3)
                        for j in range(3)
                    )
                    for x in w_
                ]
                for y in h_
            ]
            for o in range(len(weight))
        ]
        for n in n_
    ]
    return np.array(result, np.float32)


def numpy(image, weight):
    """Shifted whole images: for each filter, channel and tap one scaled image is added. 9 * C * O passes over all
    pixels, each of them two numbers read and one written for one multiply-add: memory is the limit."""
    image = padded(image)
    n, c, h, w = image.shape
    result = np.zeros((n, weight.shape[0], h - 2, w - 2), np.float32)
    for o in range(weight.shape[0]):
        for channel in range(c):
            for i in range(3):
                for j in range(3):
                    result[:, o] += weight[o, channel, i, j] * image[:, channel, i : i + h - 2, j : j + w - 2]
    return result


def plain(image, weight):
    """The loops compiled, x innermost: pixels side by side make a vector. A row of an image is short (28 pixels), so
    the loop begins and ends all the time; and again there are two loads and a store for each multiply-add."""
    return _plain(padded(image), weight)


@njit(error_model="numpy", fastmath={"contract"})
def _plain(image, weight):
    n_, c_, h, w = image.shape
    result = np.zeros((n_, weight.shape[0], h - 2, w - 2), np.float32)
    for n in range(n_):
        for o in range(weight.shape[0]):
            _one_filter(image[n], weight[o], result[n, o])
    return result


@njit(error_model="numpy", fastmath={"contract"})
def _one_filter(image, weight, result):
    for c in range(image.shape[0]):
        for i in range(3):
            for j in range(3):
                for y in range(result.shape[0]):
                    for x in range(result.shape[1]):
                        result[y, x] += weight[c, i, j] * image[c, y + i, x + j]


def parallel(image, weight):
    """All cores: every pair of an image and a filter is a task of its own."""
    return _parallel(padded(image), weight)


@njit(parallel=True, error_model="numpy", fastmath={"contract"})
def _parallel(image, weight):
    n_, c_, h, w = image.shape
    result = np.zeros((n_, weight.shape[0], h - 2, w - 2), np.float32)
    for task in prange(n_ * weight.shape[0]):
        n, o = task // weight.shape[0], task % weight.shape[0]
        _one_filter(image[n], weight[o], result[n, o])
    return result


def micro_kernel(image, weight):
    """minitorch's own: a convolution is a matrix product (pixels times filters, summed over channels and taps), so the
    micro-kernel of gemm.py does it: 14 neighbouring pixels by 32 filters stay in registers. The pixels of a tap lie
    side by side in the padded image, so no matrix of shifted images has to be written first: the kernel gets a table
    of where each channel and tap begins. See minitorch/kernels/cpu/conv.py."""
    return conv2d(image, weight, None, (1, 1), (1, 1), (1, 1), 1)


def openblas(image, weight):
    """The usual way: write all windows out as the columns of a matrix, 9 times the image, and multiply (im2col)."""
    n, c, h, w = image.shape
    windows = np.lib.stride_tricks.sliding_window_view(padded(image), (3, 3), axis=(2, 3))  # (N, C, H, W, 3, 3)
    columns = windows.transpose(0, 1, 4, 5, 2, 3).reshape(n, c * 9, h * w)
    return (weight.reshape(-1, c * 9) @ columns).reshape(n, -1, h, w)


def padded(image):
    return np.pad(image, [(0, 0), (0, 0), (1, 1), (1, 1)])


def make(size):
    generator = np.random.default_rng(0)
    image = generator.standard_normal((BATCH, CHANNELS, size, size), np.float32)
    return image, generator.standard_normal((FILTERS, CHANNELS, 3, 3), np.float32)


def one_filter(image, weight):
    """A part of the problem for a rung that would need minutes."""
    return image[:1], weight[:1]


def two_images(image, weight):
    return image[:2], weight


def flops(image, weight):
    n, c, h, w = image.shape
    return 2.0 * n * h * w * weight.size


RUNGS = [
    Rung("pure Python", python, one_filter),
    Rung("NumPy, shifted images", numpy, two_images),
    Rung("Numba, plain loops", plain),
    Rung("Numba, parallel loops", parallel),
    Rung("micro-kernel", micro_kernel),
    Rung("(im2col and OpenBLAS, to compare)", openblas),
]

if __name__ == "__main__":
    title = f"{BATCH} images of {CHANNELS} x {{size}} x {{size}}, {FILTERS} filters of 3 x 3, float32"
    main("A 3x3 convolution at five rungs.", title, RUNGS, make, flops, 28)
