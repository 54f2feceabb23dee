"""Helpers beside the tensor library; so far the loading of data. PyTorch: torch/utils/__init__.py."""

from minitorch.utils import data as data
