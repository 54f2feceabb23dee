"""Reductions, scans and sorts as methods, each one line. PyTorch: torch/_C/__init__.pyi (TensorBase), torch/_tensor.py."""

import minitorch


class Reduction:
    """`x.sum(dim)` is an operation on x; its docstring stands there."""

    def sum(self, dim=None, keepdim=False, *, dtype=None):
        """See `minitorch.sum`."""
        return minitorch.sum(self, dim, keepdim, dtype=dtype)

    def mean(self, dim=None, keepdim=False, *, dtype=None):
        """See `minitorch.mean`."""
        return minitorch.mean(self, dim, keepdim, dtype=dtype)

    def prod(self, dim=None, keepdim=False, *, dtype=None):
        """See `minitorch.prod`."""
        return minitorch.prod(self, dim, keepdim, dtype=dtype)

    def sum_to_size(self, *size):
        """See `minitorch.sum_to_size`."""
        return minitorch.ops.reduce.sum_to_size(self, *size)

    def var(self, dim=None, unbiased=True, keepdim=False, *, correction=None):
        """See `minitorch.var`."""
        return minitorch.var(self, dim, unbiased, keepdim, correction=correction)

    def std(self, dim=None, unbiased=True, keepdim=False, *, correction=None):
        """See `minitorch.std`."""
        return minitorch.std(self, dim, unbiased, keepdim, correction=correction)

    def any(self, dim=None, keepdim=False):
        """See `minitorch.any`."""
        return minitorch.any(self, dim, keepdim)

    def all(self, dim=None, keepdim=False):
        """See `minitorch.all`."""
        return minitorch.all(self, dim, keepdim)

    def count_nonzero(self, dim=None):
        """See `minitorch.count_nonzero`."""
        return minitorch.count_nonzero(self, dim)

    def logsumexp(self, dim, keepdim=False):
        """See `minitorch.logsumexp`."""
        return minitorch.logsumexp(self, dim, keepdim)

    def amax(self, dim=(), keepdim=False):
        """See `minitorch.amax`."""
        return minitorch.amax(self, dim, keepdim)

    def amin(self, dim=(), keepdim=False):
        """See `minitorch.amin`."""
        return minitorch.amin(self, dim, keepdim)

    def max(self, *args, **kwargs):
        """See `minitorch.max`."""
        return minitorch.max(self, *args, **kwargs)

    def min(self, *args, **kwargs):
        """See `minitorch.min`."""
        return minitorch.min(self, *args, **kwargs)

    def aminmax(self, *, dim=None, keepdim=False):
        """See `minitorch.aminmax`."""
        return minitorch.aminmax(self, dim=dim, keepdim=keepdim)

    def argmax(self, dim=None, keepdim=False):
        """See `minitorch.argmax`."""
        return minitorch.argmax(self, dim, keepdim)

    def argmin(self, dim=None, keepdim=False):
        """See `minitorch.argmin`."""
        return minitorch.argmin(self, dim, keepdim)

    def cumsum(self, dim, *, dtype=None):
        """See `minitorch.cumsum`."""
        return minitorch.cumsum(self, dim, dtype=dtype)

    def cumprod(self, dim, *, dtype=None):
        """See `minitorch.cumprod`."""
        return minitorch.cumprod(self, dim, dtype=dtype)

    def sort(self, dim=-1, descending=False, *, stable=False):
        """See `minitorch.sort`."""
        return minitorch.sort(self, dim, descending, stable=stable)

    def argsort(self, dim=-1, descending=False, *, stable=False):
        """See `minitorch.argsort`."""
        return minitorch.argsort(self, dim, descending, stable=stable)

    def topk(self, k, dim=-1, largest=True, sorted=True):
        """See `minitorch.topk`."""
        return minitorch.topk(self, k, dim, largest, sorted)

    def median(self, dim=None, keepdim=False):
        """See `minitorch.median`."""
        return minitorch.median(self, dim, keepdim)

    def unique(self, sorted=True, return_inverse=False, return_counts=False, dim=None):
        """See `minitorch.unique`."""
        return minitorch.unique(self, sorted, return_inverse, return_counts, dim)

    def unique_consecutive(self, return_inverse=False, return_counts=False, dim=None):
        """See `minitorch.unique_consecutive`."""
        return minitorch.unique_consecutive(self, return_inverse, return_counts, dim)

    def norm(self, p="fro", dim=None, keepdim=False, dtype=None):
        """See `minitorch.norm`."""
        return minitorch.norm(self, p, dim, keepdim, dtype)

    def softmax(self, dim, dtype=None):
        """See `minitorch.softmax`."""
        return minitorch.softmax(self, dim, dtype)

    def log_softmax(self, dim, dtype=None):
        """See `minitorch.log_softmax`."""
        return minitorch.log_softmax(self, dim, dtype)
