"""The images that data sets yield: those of Pillow, or a stand-in. PyTorch: PIL.Image.Image.

torchvision always yields PIL images. Pillow is no dependency of minitorch, but it is there wherever
torchvision is: then a data set yields exactly what torchvision's does. Without it, a data set yields the
Image below. It has what the transforms and NumPy use of a PIL image, so ToTensor and all that follows gives
the same numbers either way.
"""

import sys

import numpy as np


def fromarray(pixels: np.ndarray):
    """A grey image of uint8 pixels (H, W): a PIL image where Pillow is installed, else an Image."""
    try:
        from PIL import Image as pillow
    except ImportError:
        return Image(pixels)
    return pillow.fromarray(pixels)


def is_image(img) -> bool:
    """Whether this is a PIL image or an Image. Pillow is not imported: without it there is no PIL image."""
    pillow = sys.modules.get("PIL.Image")
    return isinstance(img, Image) or (pillow is not None and isinstance(img, pillow.Image))


class Image:
    """A grey image, uint8, seen as PIL.Image.Image with mode "L"."""

    mode = "L"

    def __init__(self, pixels: np.ndarray) -> None:
        self.pixels = pixels
        self.height, self.width = pixels.shape
        self.size = (self.width, self.height)

    @property
    def __array_interface__(self) -> dict:
        return self.pixels.__array_interface__

    def __eq__(self, other) -> bool:
        return isinstance(other, Image) and np.array_equal(self.pixels, other.pixels)

    def __repr__(self) -> str:
        return f"<minitorch.vision.image.Image mode={self.mode} size={self.width}x{self.height}>"

    def getbands(self) -> tuple[str]:
        """The names of the channels."""
        return ("L",)

    def tobytes(self) -> bytes:
        """The pixels, row by row."""
        return self.pixels.tobytes()

    def crop(self, box: tuple[int, int, int, int]) -> "Image":
        """The part inside (left, upper, right, lower); black where that lies outside of the image."""
        left, upper, right, lower = box
        result = np.zeros((lower - upper, right - left), np.uint8)
        rows = slice(max(upper, 0), max(min(lower, self.height), 0))
        columns = slice(max(left, 0), max(min(right, self.width), 0))
        inside = self.pixels[rows, columns]
        top, start = rows.start - upper, columns.start - left
        result[top : top + inside.shape[0], start : start + inside.shape[1]] = inside
        return Image(result)

    def transpose(self, method: int) -> "Image":
        """Mirrored left to right (0) or top to bottom (1): Pillow's numbers for these."""
        return Image(np.ascontiguousarray(self.pixels[:, ::-1] if method == 0 else self.pixels[::-1]))
