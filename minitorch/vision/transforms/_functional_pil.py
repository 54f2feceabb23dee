"""Transforms of PIL images and our stand-in. PyTorch: torchvision/transforms/_functional_pil.py."""

import sys

import numpy as np

from minitorch.vision.image import Image

# Pillow's numbers for the two directions of `transpose`.
FLIP_LEFT_RIGHT, FLIP_TOP_BOTTOM = 0, 1


def pixels(img) -> np.ndarray:
    """The pixels (H, W, C) in the dtype that ToTensor uses for this mode; 0 and 255 of a one-bit image."""
    dtypes = {"I": np.int32, "I;16": np.int16, "I;16B": np.int16, "F": np.float32}
    array = np.array(img, dtypes.get(img.mode, np.uint8)).reshape(img.height, img.width, -1)
    return 255 * array if img.mode == "1" else array


def pad(img, padding: tuple[int, int, int, int], fill, padding_mode: str):
    """A border; `padding` is (left, top, right, bottom), negative numbers crop."""
    left, top, right, bottom = padding
    if padding_mode == "constant":
        fill = _fill_of_bands(fill, img)
        if isinstance(img, Image):
            result = np.full((img.height + top + bottom, img.width + left + right), fill, np.uint8)
            inside = img.crop(
                (max(-left, 0), max(-top, 0), img.width - max(-right, 0), img.height - max(-bottom, 0))
            )
            top, left = max(top, 0), max(left, 0)
            result[top : top + inside.height, left : left + inside.width] = inside.pixels
            return Image(result)
        from PIL import ImageOps

        result = ImageOps.expand(img, border=padding, fill=fill)
        if img.mode == "P":
            result.putpalette(img.getpalette())
        return result

    if min(padding) < 0:
        img = img.crop(
            (max(-left, 0), max(-top, 0), img.width - max(-right, 0), img.height - max(-bottom, 0))
        )
    left, top, right, bottom = (max(width, 0) for width in padding)
    array = np.asarray(img)
    widths = [(top, bottom), (left, right)] + [(0, 0)] * (array.ndim - 2)
    return _like(img, np.pad(array, widths, mode=padding_mode))


def crop(img, top: int, left: int, height: int, width: int):
    """A part of the image; 0 where it lies outside."""
    return img.crop((left, top, left + width, top + height))


def hflip(img):
    """Mirrored left to right."""
    return img.transpose(FLIP_LEFT_RIGHT)


def vflip(img):
    """Upside down."""
    return img.transpose(FLIP_TOP_BOTTOM)


def _fill_of_bands(fill, img):
    """One number for an image of one channel, else one for each channel."""
    channels = len(img.getbands())
    if isinstance(fill, (int, float)):
        fill = (fill,)
    fill = tuple(fill) * channels if len(fill) == 1 else tuple(fill)
    if len(fill) != channels:
        raise ValueError(
            "The number of elements in 'fill' does not match the number of channels of the image "
            f"({len(fill)} != {channels})"
        )
    if img.mode != "F":
        fill = tuple(int(value) for value in fill)
    return fill if channels > 1 else fill[0]


def _like(img, array: np.ndarray):
    if isinstance(img, Image):
        return Image(array)
    result = sys.modules["PIL.Image"].fromarray(array)
    if img.mode == "P":
        result.putpalette(img.getpalette())
    return result
