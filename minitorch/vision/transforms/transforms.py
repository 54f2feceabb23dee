"""Transforms as objects; some draw random numbers. PyTorch: torchvision/transforms/transforms.py."""

import numbers
from collections.abc import Callable, Sequence

import minitorch
from minitorch import nn
from minitorch.vision.transforms import functional as F


class Compose:
    """The transforms one after the other. PyTorch: torchvision.transforms.Compose."""

    def __init__(self, transforms: Sequence[Callable]) -> None:
        self.transforms = transforms

    def __call__(self, img):
        for transform in self.transforms:
            img = transform(img)
        return img

    def __repr__(self) -> str:
        return "\n".join([f"{type(self).__name__}(", *(f"    {t}" for t in self.transforms), ")"])


class ToTensor:
    """An image, or an array (H, W, C) or (H, W), as a tensor (C, H, W); uint8 becomes 0.0 to 1.0.

    PyTorch: torchvision.transforms.ToTensor.
    """

    def __call__(self, pic):
        return F.to_tensor(pic)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class PILToTensor:
    """An image as a tensor (C, H, W) of the same type. PyTorch: torchvision.transforms.PILToTensor."""

    def __call__(self, pic):
        return F.pil_to_tensor(pic)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class ToPILImage:
    """A tensor (C, H, W) or an array (H, W, C) as a PIL image; floats are from 0.0 to 1.0. Needs Pillow.

    PyTorch: torchvision.transforms.ToPILImage.
    """

    def __init__(self, mode: str | None = None) -> None:
        self.mode = mode

    def __call__(self, pic):
        return F.to_pil_image(pic, self.mode)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({'' if self.mode is None else f'mode={self.mode}'})"


class Resize(nn.Module):
    """A PIL image in another size: (height, width), or one number for the shorter side.

    TypeError for a tensor. PyTorch: torchvision.transforms.Resize.
    """

    def __init__(
        self,
        size: int | Sequence[int],
        interpolation: F.InterpolationMode = F.InterpolationMode.BILINEAR,
        max_size: int | None = None,
        antialias: bool | None = True,
    ) -> None:
        super().__init__()
        if not isinstance(size, (int, Sequence)):
            raise TypeError(f"Size should be int or sequence. Got {type(size)}")
        if isinstance(size, Sequence) and len(size) not in (1, 2):
            raise ValueError("If size is a sequence, it should have 1 or 2 values")
        self.size = size
        self.interpolation = interpolation
        self.max_size = max_size
        self.antialias = antialias

    def forward(self, img):
        """The resized image."""
        return F.resize(img, self.size, self.interpolation, self.max_size, self.antialias)

    def __repr__(self) -> str:
        detail = f"(size={self.size}, interpolation={self.interpolation.value}, max_size={self.max_size}, "
        return f"{type(self).__name__}{detail}antialias={self.antialias})"


class Grayscale(nn.Module):
    """A PIL image in shades of grey, in one channel or three equal ones.

    TypeError for a tensor. PyTorch: torchvision.transforms.Grayscale.
    """

    def __init__(self, num_output_channels: int = 1) -> None:
        super().__init__()
        self.num_output_channels = num_output_channels

    def forward(self, img):
        """The grey image."""
        return F.to_grayscale(img, self.num_output_channels)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(num_output_channels={self.num_output_channels})"


class RandomApply(nn.Module):
    """All of the transforms, or with probability 1 - p none. PyTorch: torchvision.transforms.RandomApply."""

    def __init__(self, transforms: Sequence[Callable], p: float = 0.5) -> None:
        super().__init__()
        self.transforms = transforms
        self.p = p

    def forward(self, img):
        """The image, changed or not; draws one word."""
        if self.p < minitorch.rand(1):
            return img
        for transform in self.transforms:
            img = transform(img)
        return img

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__}(", f"    p={self.p}", *(f"    {each}" for each in self.transforms), ")"]
        return "\n".join(lines)


class Normalize(nn.Module):
    """(tensor - mean) / std per channel, tensor (..., C, H, W). PyTorch: torchvision.transforms.Normalize."""

    def __init__(self, mean: Sequence[float], std: Sequence[float], inplace: bool = False) -> None:
        super().__init__()
        self.mean = mean
        self.std = std
        self.inplace = inplace

    def forward(self, tensor):
        """The normalised tensor."""
        return F.normalize(tensor, self.mean, self.std, self.inplace)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(mean={self.mean}, std={self.std})"


class CenterCrop(nn.Module):
    """The middle `size` pixels, padded with 0 where the image is smaller.

    PyTorch: torchvision.transforms.CenterCrop.
    """

    def __init__(self, size: int | Sequence[int]) -> None:
        super().__init__()
        self.size = _height_and_width(size)

    def forward(self, img):
        """The cropped image."""
        return F.center_crop(img, self.size)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(size={self.size})"


class Pad(nn.Module):
    """A border: one width, (left and right, top and bottom) or (left, top, right, bottom).

    `padding_mode` is constant (`fill`), edge, reflect or symmetric. PyTorch: torchvision.transforms.Pad.
    """

    def __init__(self, padding: int | Sequence[int], fill=0, padding_mode: str = "constant") -> None:
        super().__init__()
        F.check_pad_arguments(padding, fill, padding_mode)
        self.padding = padding
        self.fill = fill
        self.padding_mode = padding_mode

    def forward(self, img):
        """The padded image."""
        return F.pad(img, self.padding, self.fill, self.padding_mode)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(padding={self.padding}, fill={self.fill}, "
            f"padding_mode={self.padding_mode})"
        )


class Lambda:
    """Any function as a transform. PyTorch: torchvision.transforms.Lambda."""

    def __init__(self, lambd: Callable) -> None:
        if not callable(lambd):
            raise TypeError(f"Argument lambd should be callable, got {type(lambd).__name__!r}")
        self.lambd = lambd

    def __call__(self, img):
        return self.lambd(img)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class RandomCrop(nn.Module):
    """A part of `size` pixels at a random place, after padding as Pad does.

    Draws a row, then a column; nothing where the image has this very size. ValueError where it is smaller,
    unless `pad_if_needed`. PyTorch: torchvision.transforms.RandomCrop.
    """

    @staticmethod
    def get_params(img, output_size: tuple[int, int]) -> tuple[int, int, int, int]:
        """A random place: top, left, height, width."""
        _, height, width = F.get_dimensions(img)
        crop_height, crop_width = output_size
        if height < crop_height or width < crop_width:
            raise ValueError(
                f"Required crop size {(crop_height, crop_width)} is larger than "
                f"input image size {(height, width)}"
            )
        if (height, width) == (crop_height, crop_width):
            return 0, 0, height, width
        top = minitorch.randint(0, height - crop_height + 1, size=(1,)).item()
        left = minitorch.randint(0, width - crop_width + 1, size=(1,)).item()
        return top, left, crop_height, crop_width

    def __init__(
        self,
        size: int | Sequence[int],
        padding: int | Sequence[int] | None = None,
        pad_if_needed: bool = False,
        fill=0,
        padding_mode: str = "constant",
    ) -> None:
        super().__init__()
        self.size = tuple(_height_and_width(size))
        self.padding = padding
        self.pad_if_needed = pad_if_needed
        self.fill = fill
        self.padding_mode = padding_mode

    def forward(self, img):
        """The cropped image."""
        if self.padding is not None:
            img = F.pad(img, self.padding, self.fill, self.padding_mode)
        if self.pad_if_needed:
            _, height, width = F.get_dimensions(img)
            if width < self.size[1]:
                img = F.pad(img, [self.size[1] - width, 0], self.fill, self.padding_mode)
            if height < self.size[0]:
                img = F.pad(img, [0, self.size[0] - height], self.fill, self.padding_mode)
        return F.crop(img, *self.get_params(img, self.size))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(size={self.size}, padding={self.padding})"


class RandomHorizontalFlip(nn.Module):
    """Mirrored left to right with probability p. PyTorch: torchvision.transforms.RandomHorizontalFlip."""

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        self.p = p

    def forward(self, img):
        """The image or its mirror image; draws one word."""
        return F.hflip(img) if minitorch.rand(1) < self.p else img

    def __repr__(self) -> str:
        return f"{type(self).__name__}(p={self.p})"


class RandomVerticalFlip(nn.Module):
    """Turned upside down with probability p. PyTorch: torchvision.transforms.RandomVerticalFlip."""

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        self.p = p

    def forward(self, img):
        """The image or its mirror image; draws one word."""
        return F.vflip(img) if minitorch.rand(1) < self.p else img

    def __repr__(self) -> str:
        return f"{type(self).__name__}(p={self.p})"


def _height_and_width(size: int | Sequence[int]) -> Sequence[int]:
    if isinstance(size, numbers.Number):
        return int(size), int(size)  # type: ignore[arg-type]
    if isinstance(size, Sequence) and len(size) == 1:
        return size[0], size[0]
    if len(size) != 2:
        raise ValueError("Please provide only two dimensions (h, w) for size.")
    return size
