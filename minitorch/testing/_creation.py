"""make_tensor: numbers to test with. PyTorch: torch/testing/_creation.py."""

import minitorch
from minitorch import Tensor, types


def make_tensor(
    *shape,
    dtype: types.dtype,
    device=None,
    low: float | None = None,
    high: float | None = None,
    requires_grad: bool = False,
    noncontiguous: bool = False,
    exclude_zero: bool = False,
    memory_format=None,
) -> Tensor:
    """Random numbers from [low, high): [-9, 9) of floats, [-9, 10) of integers, [0, 10) of uint8, both truths of bool.

    PyTorch: torch.testing.make_tensor.
    """
    size = shape[0] if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape
    if noncontiguous and size:
        size = (*size[:-1], 2 * size[-1])
    least, most = _RANGES.get(dtype, (-9, 9) if dtype.is_floating_point else (-9, 10))
    low, high = least if low is None else low, most if high is None else high
    if dtype.is_floating_point:
        made = minitorch.empty(size, dtype=dtype, device=device).uniform_(low, high)
    else:
        made = minitorch.randint(int(low), int(high), size, dtype=dtype, device=device)
    if exclude_zero:
        made[made == 0] = minitorch.finfo(dtype).tiny if dtype.is_floating_point else 1
    if noncontiguous and size:
        made = made[..., 1::2]
    if memory_format is not None:
        made = made.clone(memory_format=memory_format)
    return made.requires_grad_() if requires_grad else made


_RANGES = {types.bool: (0, 2), types.uint8: (0, 10)}
