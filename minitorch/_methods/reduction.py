"""Reductions, scans and sorts as methods, each one line. PyTorch: torch/_C/__init__.pyi (TensorBase), torch/_tensor.py."""

import minitorch


class Reduction:
    """`x.sum(dim)` is an operation on x; its docstring stands there."""

    def sum(self, dim=None, keepdim=False, *, dtype=None, **numpy):
        """See `minitorch.sum`."""
        return minitorch.sum(self, dim, keepdim, dtype=dtype, **numpy)

    def mean(self, dim=None, keepdim=False, *, dtype=None, **numpy):
        """See `minitorch.mean`."""
        return minitorch.mean(self, dim, keepdim, dtype=dtype, **numpy)

    def prod(self, dim=None, keepdim=False, *, dtype=None, **numpy):
        """See `minitorch.prod`."""
        return minitorch.prod(self, dim, keepdim, dtype=dtype, **numpy)

    def sum_to_size(self, *size):
        """See `minitorch.sum_to_size`."""
        return minitorch.ops.reduce.sum_to_size(self, *size)

    def var(self, dim=None, unbiased=True, keepdim=False, *, correction=None, **numpy):
        """See `minitorch.var`."""
        return minitorch.var(self, dim, unbiased, keepdim, correction=correction, **numpy)

    def std(self, dim=None, unbiased=True, keepdim=False, *, correction=None, **numpy):
        """See `minitorch.std`."""
        return minitorch.std(self, dim, unbiased, keepdim, correction=correction, **numpy)

    def any(self, dim=None, keepdim=False, **numpy):
        """See `minitorch.any`."""
        return minitorch.any(self, dim, keepdim, **numpy)

    def all(self, dim=None, keepdim=False, **numpy):
        """See `minitorch.all`."""
        return minitorch.all(self, dim, keepdim, **numpy)

    def count_nonzero(self, dim=None):
        """See `minitorch.count_nonzero`."""
        return minitorch.count_nonzero(self, dim)

    def logsumexp(self, dim, keepdim=False):
        """See `minitorch.logsumexp`."""
        return minitorch.logsumexp(self, dim, keepdim)

    def amax(self, dim=(), keepdim=False, **numpy):
        """See `minitorch.amax`."""
        return minitorch.amax(self, dim, keepdim, **numpy)

    def amin(self, dim=(), keepdim=False, **numpy):
        """See `minitorch.amin`."""
        return minitorch.amin(self, dim, keepdim, **numpy)

    def max(self, *args, **kwargs):
        """See `minitorch.max`."""
        return minitorch.max(self, *args, **kwargs)

    def min(self, *args, **kwargs):
        """See `minitorch.min`."""
        return minitorch.min(self, *args, **kwargs)

    def aminmax(self, *, dim=None, keepdim=False):
        """See `minitorch.aminmax`."""
        return minitorch.aminmax(self, dim=dim, keepdim=keepdim)

    def argmax(self, dim=None, keepdim=False, **numpy):
        """See `minitorch.argmax`."""
        return minitorch.argmax(self, dim, keepdim, **numpy)

    def argmin(self, dim=None, keepdim=False, **numpy):
        """See `minitorch.argmin`."""
        return minitorch.argmin(self, dim, keepdim, **numpy)

    def cumsum(self, dim=None, *, dtype=None, **numpy):
        """See `minitorch.cumsum`."""
        return minitorch.cumsum(self, dim, dtype=dtype, **numpy)

    def cumprod(self, dim=None, *, dtype=None, **numpy):
        """See `minitorch.cumprod`."""
        return minitorch.cumprod(self, dim, dtype=dtype, **numpy)

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

    def softmax(self, dim=None, dtype=None, **numpy):
        """See `minitorch.softmax`."""
        return minitorch.softmax(self, dim, dtype, **numpy)

    def log_softmax(self, dim=None, dtype=None, **numpy):
        """See `minitorch.log_softmax`."""
        return minitorch.log_softmax(self, dim, dtype, **numpy)
