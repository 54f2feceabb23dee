"""Order, counting and statistics as methods, each one line. PyTorch: torch/_C/__init__.pyi (TensorBase), torch/_tensor.py."""

import minitorch


class Statistics:
    """`x.mode()` is an operation on x; its docstring stands there."""

    def kthvalue(self, k, dim=-1, keepdim=False):
        """See `minitorch.kthvalue`."""
        return minitorch.kthvalue(self, k, dim, keepdim)

    def mode(self, dim=-1, keepdim=False):
        """See `minitorch.mode`."""
        return minitorch.mode(self, dim, keepdim)

    def nanmedian(self, dim=None, keepdim=False):
        """See `minitorch.nanmedian`."""
        return minitorch.nanmedian(self, dim, keepdim)

    def quantile(self, q, dim=None, keepdim=False, *, interpolation="linear"):
        """See `minitorch.quantile`."""
        return minitorch.quantile(self, q, dim, keepdim, interpolation=interpolation)

    def nanquantile(self, q, dim=None, keepdim=False, *, interpolation="linear"):
        """See `minitorch.nanquantile`."""
        return minitorch.nanquantile(self, q, dim, keepdim, interpolation=interpolation)

    def msort(self):
        """See `minitorch.msort`."""
        return minitorch.msort(self)

    def bincount(self, weights=None, minlength=0):
        """See `minitorch.bincount`."""
        return minitorch.bincount(self, weights, minlength)

    def histc(self, bins=100, min=0, max=0):
        """See `minitorch.histc`."""
        return minitorch.histc(self, bins, min, max)

    def cummax(self, dim):
        """See `minitorch.cummax`."""
        return minitorch.cummax(self, dim)

    def cummin(self, dim):
        """See `minitorch.cummin`."""
        return minitorch.cummin(self, dim)

    def logcumsumexp(self, dim):
        """See `minitorch.logcumsumexp`."""
        return minitorch.logcumsumexp(self, dim)

    def nansum(self, dim=None, keepdim=False, *, dtype=None):
        """See `minitorch.nansum`."""
        return minitorch.nansum(self, dim, keepdim, dtype=dtype)

    def nanmean(self, dim=None, keepdim=False, *, dtype=None):
        """See `minitorch.nanmean`."""
        return minitorch.nanmean(self, dim, keepdim, dtype=dtype)

    def dist(self, other, p=2):
        """See `minitorch.dist`."""
        return minitorch.dist(self, other, p)

    def renorm(self, p, dim, maxnorm):
        """See `minitorch.renorm`."""
        return minitorch.renorm(self, p, dim, maxnorm)

    def cov(self, *, correction=1, fweights=None, aweights=None):
        """See `minitorch.cov`."""
        return minitorch.cov(self, correction=correction, fweights=fweights, aweights=aweights)

    def corrcoef(self):
        """See `minitorch.corrcoef`."""
        return minitorch.corrcoef(self)

    def diff(self, n=1, dim=-1, prepend=None, append=None):
        """See `minitorch.diff`."""
        return minitorch.diff(self, n, dim, prepend, append)
