"""Arrays of one shape side by side. PyTorch: aten/src/ATen/native/cpu/{StackKernel,CatKernel}.cpp."""

from collections.abc import Sequence

import numpy as np

from minitorch.kernels.cpu.memory import empty


def stack(arrays: Sequence[np.ndarray], axis: int, dtype: np.dtype) -> np.ndarray:
    """The arrays, cast, along a new axis. PyTorch: torch.stack."""
    shape = arrays[0].shape
    if not shape:  # a batch of labels: 1 us instead of 25
        return np.array(arrays, dtype)
    result = empty((*shape[:axis], len(arrays), *shape[axis:]), dtype)
    if axis == 0:  # the same, without an array more for each: a third of the time for a batch of images
        joined = result.reshape(len(arrays) * shape[0], *shape[1:])
        np.concatenate(arrays, axis=0, out=joined, casting="unsafe")
    else:
        np.stack(arrays, axis=axis, out=result, casting="unsafe")
    return result
