"""FakeData: pictures of noise, to try a program out. PyTorch: torchvision/datasets/fakedata.py."""

from collections.abc import Callable
from typing import Any

import minitorch
from minitorch.vision.datasets.vision import VisionDataset
from minitorch.vision.transforms import ToPILImage


class FakeData(VisionDataset):
    """`size` pictures of noise, (channels, height, width), each with one of `num_classes` labels.

    The picture at an index depends on `random_offset` and the index alone. PyTorch: torchvision.datasets.FakeData.
    """

    def __init__(
        self,
        size: int = 1000,
        image_size: tuple[int, int, int] = (3, 224, 224),
        num_classes: int = 10,
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        random_offset: int = 0,
    ) -> None:
        super().__init__(transform=transform, target_transform=target_transform)
        self.size = size
        self.num_classes = num_classes
        self.image_size = image_size
        self.random_offset = random_offset

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        """The picture and its label, transformed. IndexError past the end."""
        if index >= len(self):
            raise IndexError(f"{type(self).__name__} index out of range")
        state = minitorch.get_rng_state()
        minitorch.manual_seed(index + self.random_offset)
        image = ToPILImage()(minitorch.randn(*self.image_size))
        target = minitorch.randint(0, self.num_classes, (1,)).item()
        minitorch.set_rng_state(state)
        if self.transform is not None:
            image = self.transform(image)
        if self.target_transform is not None:
            target = self.target_transform(target)
        return image, target

    def __len__(self) -> int:
        return self.size
