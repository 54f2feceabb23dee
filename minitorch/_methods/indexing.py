"""Indexing, gathering and scattering as methods, each one line. PyTorch: torch/_C/__init__.pyi (TensorBase)."""

import minitorch


class Indexing:
    """`x[i]` and its relatives; the docstrings stand there."""

    def __getitem__(self, index):
        return minitorch.ops.indexing.getitem(self, index)

    def __setitem__(self, index, value):
        minitorch.ops.indexing.setitem(self, index, value)

    def masked_fill(self, mask, value):
        """See `minitorch.ops.masked.masked_fill`."""
        return minitorch.ops.masked.masked_fill(self, mask, value)

    def masked_fill_(self, mask, value):
        """See `minitorch.ops.masked.masked_fill_`."""
        return minitorch.ops.masked.masked_fill_(self, mask, value)

    def masked_select(self, mask):
        """See `minitorch.ops.masked.masked_select`."""
        return minitorch.ops.masked.masked_select(self, mask)

    def nonzero(self, *, as_tuple=False):
        """See `minitorch.ops.masked.nonzero`."""
        return minitorch.ops.masked.nonzero(self, as_tuple=as_tuple)

    def argwhere(self):
        """See `minitorch.ops.masked.argwhere`."""
        return minitorch.ops.masked.argwhere(self)

    def index_select(self, dim, index):
        """See `minitorch.ops.index_select.index_select`."""
        return minitorch.ops.index_select.index_select(self, dim, index)

    def index_add(self, dim, index, source, *, alpha=1):
        """See `minitorch.ops.index_select.index_add`."""
        return minitorch.ops.index_select.index_add(self, dim, index, source, alpha=alpha)

    def index_add_(self, dim, index, source, *, alpha=1):
        """See `minitorch.ops.index_select.index_add_`."""
        return minitorch.ops.index_select.index_add_(self, dim, index, source, alpha=alpha)

    def index_copy(self, dim, index, source):
        """See `minitorch.ops.index_select.index_copy`."""
        return minitorch.ops.index_select.index_copy(self, dim, index, source)

    def index_copy_(self, dim, index, source):
        """See `minitorch.ops.index_select.index_copy_`."""
        return minitorch.ops.index_select.index_copy_(self, dim, index, source)

    def index_fill(self, dim, index, value):
        """See `minitorch.ops.index_select.index_fill`."""
        return minitorch.ops.index_select.index_fill(self, dim, index, value)

    def index_fill_(self, dim, index, value):
        """See `minitorch.ops.index_select.index_fill_`."""
        return minitorch.ops.index_select.index_fill_(self, dim, index, value)

    def gather(self, dim, index, *, sparse_grad=False):
        """See `minitorch.ops.gather.gather`."""
        return minitorch.ops.gather.gather(self, dim, index, sparse_grad=sparse_grad)

    def scatter(self, dim, index, src=None, *, value=None, reduce=None):
        """See `minitorch.ops.gather.scatter`."""
        return minitorch.ops.gather.scatter(self, dim, index, src, value=value, reduce=reduce)

    def scatter_(self, dim, index, src=None, *, value=None, reduce=None):
        """See `minitorch.ops.gather.scatter_`."""
        return minitorch.ops.gather.scatter_(self, dim, index, src, value=value, reduce=reduce)

    def scatter_add(self, dim, index, src):
        """See `minitorch.ops.gather.scatter_add`."""
        return minitorch.ops.gather.scatter_add(self, dim, index, src)

    def scatter_add_(self, dim, index, src):
        """See `minitorch.ops.gather.scatter_add_`."""
        return minitorch.ops.gather.scatter_add_(self, dim, index, src)

    def take(self, index):
        """See `minitorch.ops.gather.take`."""
        return minitorch.ops.gather.take(self, index)

    def take_along_dim(self, indices, dim=None):
        """See `minitorch.ops.gather.take_along_dim`."""
        return minitorch.ops.gather.take_along_dim(self, indices, dim)

    def index_put(self, indices, values, accumulate=False):
        """See `minitorch.ops.advanced_indexing.index_put`."""
        return minitorch.ops.advanced_indexing.index_put(self, indices, values, accumulate)

    def index_put_(self, indices, values, accumulate=False):
        """See `minitorch.ops.advanced_indexing.index_put_`."""
        return minitorch.ops.advanced_indexing.index_put_(self, indices, values, accumulate)

    def scatter_reduce(self, dim, index, src, reduce, *, include_self=True):
        """See `minitorch.ops.index_reduce.scatter_reduce`."""
        return minitorch.ops.index_reduce.scatter_reduce(self, dim, index, src, reduce, include_self=include_self)

    def index_reduce(self, dim, index, source, reduce, *, include_self=True):
        """See `minitorch.ops.index_reduce.index_reduce`."""
        return minitorch.ops.index_reduce.index_reduce(self, dim, index, source, reduce, include_self=include_self)

    def put(self, index, source, accumulate=False):
        """See `minitorch.ops.gather.put`."""
        return minitorch.ops.gather.put(self, index, source, accumulate)

    def masked_scatter(self, mask, source):
        """See `minitorch.ops.masked.masked_scatter`."""
        return minitorch.ops.masked.masked_scatter(self, mask, source)

    def scatter_reduce_(self, dim, index, src, reduce, *, include_self=True):
        """See `minitorch.ops.index_reduce.scatter_reduce_`."""
        return minitorch.ops.index_reduce.scatter_reduce_(self, dim, index, src, reduce, include_self=include_self)

    def index_reduce_(self, dim, index, source, reduce, *, include_self=True):
        """See `minitorch.ops.index_reduce.index_reduce_`."""
        return minitorch.ops.index_reduce.index_reduce_(self, dim, index, source, reduce, include_self=include_self)

    def put_(self, index, source, accumulate=False):
        """See `minitorch.ops.gather.put_`."""
        return minitorch.ops.gather.put_(self, index, source, accumulate)

    def masked_scatter_(self, mask, source):
        """See `minitorch.ops.masked.masked_scatter_`."""
        return minitorch.ops.masked.masked_scatter_(self, mask, source)

    def nonzero_static(self, *, size, fill_value=-1):
        """See `minitorch.ops.masked.nonzero_static`."""
        return minitorch.ops.masked.nonzero_static(self, size=size, fill_value=fill_value)
