"""Transforms as functions, of tensors and images. PyTorch: torchvision/transforms/functional.py."""

import enum
import numbers
from collections.abc import Sequence

import numpy as np

import minitorch
from minitorch.vision.image import is_image
from minitorch.vision.transforms import _functional_pil as of_images
from minitorch.vision.transforms import _functional_tensor as of_tensors


class InterpolationMode(enum.Enum):
    """How pixels in between are found. PyTorch: torchvision.transforms.InterpolationMode."""

    NEAREST = "nearest"
    NEAREST_EXACT = "nearest-exact"
    BILINEAR = "bilinear"
    BICUBIC = "bicubic"
    BOX = "box"
    HAMMING = "hamming"
    LANCZOS = "lanczos"


PADDING_MODES = ("constant", "edge", "reflect", "symmetric")


def to_tensor(pic):
    """An image or an array (H, W) or (H, W, C) as a tensor (C, H, W).

    uint8 pixels become numbers from 0.0 to 1.0 of the default dtype, others keep type and value. TypeError
    for anything else, ValueError for an array with another number of dimensions. PyTorch:
    torchvision...functional.to_tensor.
    """
    if is_image(pic):
        pixels = of_images.pixels(pic)
    elif isinstance(pic, np.ndarray):
        if pic.ndim not in (2, 3):
            raise ValueError(f"pic should be 2/3 dimensional. Got {pic.ndim} dimensions.")
        # Only for its errors: negative strides, foreign byte order, dtypes without a tensor.
        minitorch.from_numpy(pic)
        pixels = pic if pic.ndim == 3 else pic[:, :, None]
    else:
        raise TypeError(f"pic should be PIL Image or ndarray. Got {type(pic)}")

    pixels = pixels.transpose(2, 0, 1)  # (C, H, W)
    if pixels.dtype != np.uint8:
        return minitorch.from_numpy(np.ascontiguousarray(pixels))
    # In NumPy this is one pass; a conversion and a division of tensors would be two.
    double = minitorch.get_default_dtype() == minitorch.float64
    return minitorch.from_numpy(np.divide(pixels, 255, dtype=np.float64 if double else np.float32, order="C"))


def pil_to_tensor(pic):
    """An image as a tensor (C, H, W) of the same type. PyTorch: torchvision...functional.pil_to_tensor."""
    if not is_image(pic):
        raise TypeError(f"pic should be PIL Image. Got {type(pic)}")
    return minitorch.from_numpy(np.array(pic).reshape(pic.height, pic.width, -1)).permute((2, 0, 1))


def to_pil_image(pic, mode: str | None = None):
    """A tensor (C, H, W) or (H, W), or an array (H, W, C), as a PIL image; floats are from 0.0 to 1.0.

    TypeError for anything else, ValueError for more than 4 channels or another number of dimensions. Needs
    Pillow. PyTorch: torchvision.transforms.functional.to_pil_image.
    """
    from PIL import Image

    if isinstance(pic, minitorch.Tensor):
        if pic.ndim not in (2, 3):
            raise ValueError(f"pic should be 2/3 dimensional. Got {pic.ndim} dimensions.")
        if pic.is_floating_point() and mode != "F":
            pic = pic.mul(255).byte()
        pixels = (pic.unsqueeze(0) if pic.ndim == 2 else pic).cpu().numpy().transpose(1, 2, 0)
    elif isinstance(pic, np.ndarray):
        if pic.ndim not in (2, 3):
            raise ValueError(f"pic should be 2/3 dimensional. Got {pic.ndim} dimensions.")
        pixels = pic[:, :, None] if pic.ndim == 2 else pic
    else:
        raise TypeError(f"pic should be Tensor or ndarray. Got {type(pic)}.")
    if pixels.shape[2] > 4:
        raise ValueError(f"pic should not have > 4 channels. Got {pixels.shape[2]} channels.")
    image = Image.fromarray(np.ascontiguousarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels))
    return image if mode is None or mode == image.mode else image.convert(mode)


def resize(
    img,
    size: int | Sequence[int],
    interpolation: InterpolationMode = InterpolationMode.BILINEAR,
    max_size: int | None = None,
    antialias: bool | None = True,
):
    """A PIL image in another size, see transforms.Resize. TypeError for a tensor.

    PyTorch: torchvision.transforms.functional.resize.
    """
    if not is_image(img) or not hasattr(img, "resize"):
        raise TypeError(f"minitorch resizes PIL images only (nn.functional.interpolate: tensors). Got {type(img)}")
    sizes = [size] if isinstance(size, int) else list(size)
    if max_size is not None and len(sizes) != 1:
        raise ValueError(
            "max_size should only be passed if size specifies the length of the smaller edge, "
            "i.e. size should be an int or a sequence of length 1 in torchscript mode."
        )
    if len(sizes) == 1:
        sizes = _shorter_side(img.height, img.width, sizes[0], max_size)
    if sizes == [img.height, img.width]:
        return img
    # Pillow's numbers for its filters.
    filters = {"nearest": 0, "nearest-exact": 0, "lanczos": 1, "bilinear": 2, "bicubic": 3, "box": 4, "hamming": 5}
    return img.resize((sizes[1], sizes[0]), filters[interpolation.value])


def _shorter_side(height: int, width: int, size: int, max_size: int | None) -> list[int]:
    """[height, width] with the shorter one `size`, and the longer one not above `max_size`."""
    short, long = min(height, width), max(height, width)
    new_short, new_long = size, int(size * long / short)
    if max_size is not None:
        if max_size <= size:
            raise ValueError(
                f"max_size = {max_size} must be strictly greater than the requested size for the smaller edge size = {size}"
            )
        if new_long > max_size:
            new_short, new_long = int(max_size * new_short / new_long), max_size
    return [new_long, new_short] if width <= height else [new_short, new_long]


def to_grayscale(img, num_output_channels: int = 1):
    """A PIL image in shades of grey, in 1 channel or 3; TypeError for a tensor.

    PyTorch: torchvision.transforms.functional.to_grayscale.
    """
    if not is_image(img) or not hasattr(img, "convert"):
        raise TypeError("Input should be PIL Image")
    if num_output_channels not in (1, 3):
        raise ValueError("num_output_channels should be either 1 or 3")
    grey = img.convert("L")
    return grey if num_output_channels == 1 else grey.convert("RGB")


def normalize(tensor, mean: Sequence[float], std: Sequence[float], inplace: bool = False):
    """(tensor - mean) / std per channel. PyTorch: torchvision.transforms.functional.normalize.

    Tensor (..., C, H, W) of floats, else TypeError or ValueError; ValueError where a std is 0 in its dtype.
    """
    if not isinstance(tensor, minitorch.Tensor):
        raise TypeError(f"img should be Tensor Image. Got {type(tensor)}")
    return of_tensors.normalize(tensor, mean, std, inplace)


def pad(img, padding: int | Sequence[int], fill=0, padding_mode: str = "constant"):
    """A border round the image, see transforms.Pad. PyTorch: torchvision.transforms.functional.pad."""
    family = _family(img)
    check_pad_arguments(padding, 0 if fill is None else fill, padding_mode)
    return family.pad(img, _left_top_right_bottom(padding), 0 if fill is None else fill, padding_mode)


def check_pad_arguments(padding, fill, padding_mode) -> None:
    """TypeError or ValueError unless these are a padding, a fill value and a mode."""
    if not isinstance(padding, (numbers.Number, tuple, list)):
        raise TypeError("Got inappropriate padding arg")
    if not isinstance(fill, (numbers.Number, tuple, list)):
        raise TypeError("Got inappropriate fill arg")
    if not isinstance(padding_mode, str):
        raise TypeError("Got inappropriate padding_mode arg")
    if padding_mode not in PADDING_MODES:
        raise ValueError("Padding mode should be either constant, edge, reflect or symmetric")
    if isinstance(padding, (tuple, list)) and len(padding) not in (1, 2, 4):
        raise ValueError(
            f"Padding must be an int or a 1, 2, or 4 element tuple, not a {len(padding)} element tuple"
        )


def crop(img, top: int, left: int, height: int, width: int):
    """A part of the image; 0 where it lies outside. PyTorch: torchvision.transforms.functional.crop."""
    return _family(img).crop(img, top, left, height, width)


def center_crop(img, output_size: int | Sequence[int]):
    """The middle of the image, see transforms.CenterCrop.

    PyTorch: torchvision.transforms.functional.center_crop.
    """
    if isinstance(output_size, numbers.Number):
        output_size = (int(output_size), int(output_size))  # type: ignore[arg-type]
    elif len(output_size) == 1:
        output_size = (output_size[0], output_size[0])
    crop_height, crop_width = output_size
    _, height, width = get_dimensions(img)

    missing_height, missing_width = max(crop_height - height, 0), max(crop_width - width, 0)
    if missing_height or missing_width:
        # Where the missing pixels are odd in number, the one more goes below and to the right.
        border = [
            missing_width // 2,
            missing_height // 2,
            (missing_width + 1) // 2,
            (missing_height + 1) // 2,
        ]
        img = pad(img, border, fill=0)
        height, width = height + missing_height, width + missing_width
        if (crop_height, crop_width) == (height, width):
            return img
    top = round((height - crop_height) / 2.0)
    left = round((width - crop_width) / 2.0)
    return crop(img, top, left, crop_height, crop_width)


def hflip(img):
    """The image mirrored left to right. PyTorch: torchvision.transforms.functional.hflip."""
    return _family(img).hflip(img)


def vflip(img):
    """The image turned upside down. PyTorch: torchvision.transforms.functional.vflip."""
    return _family(img).vflip(img)


def get_dimensions(img) -> list[int]:
    """[channels, height, width]. PyTorch: torchvision.transforms.functional.get_dimensions."""
    if isinstance(img, minitorch.Tensor):
        return of_tensors.get_dimensions(img)
    if is_image(img):
        return [len(img.getbands()), img.height, img.width]
    raise TypeError(f"Unexpected type {type(img)}")


def get_image_size(img) -> list[int]:
    """[width, height]. PyTorch: torchvision.transforms.functional.get_image_size."""
    _, height, width = get_dimensions(img)
    return [width, height]


def get_image_num_channels(img) -> int:
    """The number of channels. PyTorch: torchvision.transforms.functional.get_image_num_channels."""
    return get_dimensions(img)[0]


def _family(img):
    """The module of transforms for this kind of image."""
    if isinstance(img, minitorch.Tensor):
        return of_tensors
    if not is_image(img):
        raise TypeError(f"img should be PIL Image. Got {type(img)}")
    return of_images


def _left_top_right_bottom(padding: int | Sequence[int]) -> tuple[int, int, int, int]:
    if not isinstance(padding, (tuple, list)):
        return (padding,) * 4  # type: ignore[return-value]
    # One number is for all four sides, two are for left and right and for top and bottom.
    return tuple(padding * (4 // len(padding)))  # type: ignore[return-value]
