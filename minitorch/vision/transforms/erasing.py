"""RandomErasing (Zhong and others, 2017). PyTorch: torchvision/transforms/transforms.py."""

import math
from collections.abc import Sequence

import minitorch
from minitorch import Tensor, nn


class RandomErasing(nn.Module):
    """With probability `p` a random rectangle of a tensor (..., C, H, W) becomes `value`, or noise for "random".

    Draws whether; then, at most ten times until one fits, an area and an aspect ratio; the noise; a row and a column.
    PyTorch: torchvision.transforms.RandomErasing.
    """

    def __init__(
        self,
        p: float = 0.5,
        scale: Sequence[float] = (0.02, 0.33),
        ratio: Sequence[float] = (0.3, 3.3),
        value: "float | Sequence[float] | str" = 0,
        inplace: bool = False,
    ) -> None:
        super().__init__()
        if not isinstance(value, (int, float, str, tuple, list)):
            raise TypeError("Argument value should be either a number or str or a sequence")
        if isinstance(value, str) and value != "random":
            raise ValueError("If value is str, it should be 'random'")
        if scale[0] < 0 or scale[1] > 1:
            raise ValueError("Scale should be between 0 and 1")
        if p < 0 or p > 1:
            raise ValueError("Random erasing probability should be between 0 and 1")
        self.p, self.scale, self.ratio, self.value, self.inplace = p, scale, ratio, value, inplace

    @staticmethod
    def get_params(
        img: Tensor, scale: Sequence[float], ratio: Sequence[float], value: list[float] | None = None
    ) -> tuple[int, int, int, int, Tensor]:
        """A random rectangle and its content: top, left, height, width, values."""
        channels, height, width = img.shape[-3:]
        low, high = minitorch.log(minitorch.tensor(ratio)).tolist()
        for _ in range(10):
            area = height * width * minitorch.empty(1).uniform_(scale[0], scale[1]).item()
            aspect = minitorch.exp(minitorch.empty(1).uniform_(low, high)).item()
            h, w = round(math.sqrt(area * aspect)), round(math.sqrt(area / aspect))
            if not (h < height and w < width):
                continue
            if value is None:
                content = minitorch.empty([channels, h, w]).normal_()
            else:
                content = minitorch.tensor(value)[:, None, None]
            top = minitorch.randint(0, height - h + 1, size=(1,)).item()
            left = minitorch.randint(0, width - w + 1, size=(1,)).item()
            return top, left, h, w, content
        return 0, 0, height, width, img

    def forward(self, img: Tensor) -> Tensor:
        """The image, or a copy with a rectangle erased."""
        if not minitorch.rand(1) < self.p:
            return img
        value = None if isinstance(self.value, str) else self.value
        if value is not None:
            value = [float(each) for each in (value if isinstance(value, (tuple, list)) else [value])]
            if len(value) not in (1, img.shape[-3]):
                raise ValueError(
                    "If value is a sequence, it should have either a single value or "
                    f"{img.shape[-3]} (number of input channels)"
                )
        top, left, height, width, content = self.get_params(img, self.scale, self.ratio, value)
        result = img if self.inplace else img.clone()
        result[..., top : top + height, left : left + width] = content
        return result

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(p={self.p}, scale={self.scale}, ratio={self.ratio}, value={self.value}, "
            f"inplace={self.inplace})"
        )
