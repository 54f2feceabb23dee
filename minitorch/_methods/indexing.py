"""Indexing, gathering and scattering as methods, each one line. PyTorch: torch/_C/__init__.pyi (TensorBase)."""

import minitorch


class Indexing:
    """`x[i]` and its relatives; the docstrings stand in `minitorch.ops.indexing`."""

    def __getitem__(self, index):
        return minitorch.ops.indexing.getitem(self, index)

    def __setitem__(self, index, value):
        minitorch.ops.indexing.setitem(self, index, value)

    def masked_fill(self, mask, value):
        """See `minitorch.masked_fill`."""
        return minitorch.masked_fill(self, mask, value)

    def gather(self, dim, index):
        """See `minitorch.gather`."""
        return minitorch.gather(self, dim, index)

    def nonzero(self, *, as_tuple=False):
        """See `minitorch.nonzero`."""
        return minitorch.nonzero(self, as_tuple=as_tuple)
