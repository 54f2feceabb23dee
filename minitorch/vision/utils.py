"""Several images as one, and as a file. PyTorch: torchvision/utils.py."""

import math

import minitorch
from minitorch import Tensor


def make_grid(
    tensor: "Tensor | list[Tensor]",
    nrow: int = 8,
    padding: int = 2,
    normalize: bool = False,
    value_range: tuple[float, float] | None = None,
    scale_each: bool = False,
    pad_value: float = 0.0,
) -> Tensor:
    """Images (N, C, H, W), or a list of (C, H, W), side by side in one (3, H', W'); `nrow` of them in a row.

    Grey ones get three channels. `normalize` makes the smallest value (or the first of `value_range`) 0 and the
    largest 1, over all images or with `scale_each` in each. TypeError for what is no tensor.
    PyTorch: torchvision.utils.make_grid.
    """
    with minitorch.no_grad():
        images = _batch(tensor)
        if normalize:
            images = images.clone()  # the caller's stay as they are
            if value_range is not None and not isinstance(value_range, tuple):
                raise TypeError("value_range has to be a tuple (min, max) if specified. min and max are numbers")
            for each in images if scale_each else [images]:
                _normalize(each, value_range)
        count, channels = images.size(0), images.size(1)
        if count == 1:
            return images.squeeze(0)

        columns = min(nrow, count)
        rows = math.ceil(count / columns)
        height, width = images.size(2) + padding, images.size(3) + padding
        grid = images.new_full((channels, height * rows + padding, width * columns + padding), pad_value)
        for k in range(count):
            top, left = k // columns * height + padding, k % columns * width + padding
            grid[:, top : top + height - padding, left : left + width - padding] = images[k]
        return grid


def save_image(tensor: "Tensor | list[Tensor]", fp, format: str | None = None, **kwargs) -> None:
    """Write images from 0.0 to 1.0 into one file; `kwargs` are make_grid's. Needs Pillow.

    `format` is the file's, for a file object without a name. PyTorch: torchvision.utils.save_image.
    """
    from PIL import Image

    grid = make_grid(tensor, **kwargs)
    pixels = grid.mul(255).add_(0.5).clamp_(0, 255).permute(1, 2, 0).to("cpu", minitorch.uint8).numpy()
    Image.fromarray(pixels).save(fp, format=format)


def _batch(tensor) -> Tensor:
    """Images (N, C, H, W) of whatever make_grid takes."""
    if isinstance(tensor, list):
        for each in tensor:
            if not isinstance(each, Tensor):
                raise TypeError(f"tensor or list of tensors expected, got a list containing {type(each)}")
        tensor = minitorch.stack(tensor, dim=0)
    elif not isinstance(tensor, Tensor):
        raise TypeError(f"tensor or list of tensors expected, got {type(tensor)}")
    if tensor.dim() == 2:
        tensor = tensor.unsqueeze(0)
    if tensor.dim() == 3:
        tensor = tensor.unsqueeze(0)
    if tensor.dim() == 4 and tensor.size(1) == 1:
        tensor = minitorch.cat((tensor, tensor, tensor), 1)
    return tensor


def _normalize(image: Tensor, value_range: tuple[float, float] | None) -> None:
    low, high = value_range if value_range is not None else (float(image.min()), float(image.max()))
    image.clamp_(min=low, max=high)
    image.sub_(low).div_(max(high - low, 1e-5))
