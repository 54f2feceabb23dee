"""What the picture data sets have in common. PyTorch: torchvision/datasets/vision.py."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from minitorch.utils.data import Dataset


class VisionDataset(Dataset[Any]):
    """A data set in a folder, with transforms. PyTorch: torchvision.datasets.VisionDataset.

    Either `transforms`, of image and target together, or `transform` and `target_transform`, else ValueError.
    """

    _repr_indent = 4

    def __init__(
        self,
        root: str | Path | None = None,
        transforms: Callable | None = None,
        transform: Callable | None = None,
        target_transform: Callable | None = None,
    ) -> None:
        self.root = os.path.expanduser(root) if isinstance(root, str) else root
        if transform is not None or target_transform is not None:
            if transforms is not None:
                raise ValueError("Only transforms or transform/target_transform can be passed as argument")
            transforms = StandardTransform(transform, target_transform)
        self.transform = transform
        self.target_transform = target_transform
        self.transforms = transforms

    def __getitem__(self, index: int) -> Any:
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError

    def __repr__(self) -> str:
        body = [f"Number of datapoints: {len(self)}"]
        if self.root is not None:
            body.append(f"Root location: {self.root}")
        body += self.extra_repr().splitlines()
        if self.transforms is not None:
            body.append(repr(self.transforms))
        return "\n".join(
            [f"Dataset {type(self).__name__}", *(" " * self._repr_indent + line for line in body)]
        )

    def extra_repr(self) -> str:
        """More lines for `repr`."""
        return ""


class StandardTransform:
    """One transform for the image and one for the target.

    PyTorch: torchvision.datasets.vision.StandardTransform.
    """

    def __init__(self, transform: Callable | None = None, target_transform: Callable | None = None) -> None:
        self.transform = transform
        self.target_transform = target_transform

    def __call__(self, input: Any, target: Any) -> tuple[Any, Any]:
        if self.transform is not None:
            input = self.transform(input)
        if self.target_transform is not None:
            target = self.target_transform(target)
        return input, target

    def __repr__(self) -> str:
        lines = [type(self).__name__]
        if self.transform is not None:
            lines.append(_hanging("Transform: ", self.transform))
        if self.target_transform is not None:
            lines.append(_hanging("Target transform: ", self.target_transform))
        return "\n".join(lines)


def _hanging(head: str, transform: Callable) -> str:
    """The repr behind `head`, its further lines below its first."""
    return head + repr(transform).replace("\n", "\n" + " " * len(head))
