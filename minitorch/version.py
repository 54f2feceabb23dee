"""Which version, built with what. PyTorch: torch/version.py."""

from minitorch.torch_version import TorchVersion

__version__ = "0.1.0"
debug = False
cuda = None
hip = None
xpu = None
git_version = "unknown"

interface = TorchVersion("2.13.0")
"""The version of PyTorch whose names and results minitorch has. `minitorch run` tells a script this version,
so that one which asks for torch 2 or newer runs."""
