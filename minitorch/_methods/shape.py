"""Views and copies of other shapes as methods, each one line. PyTorch: torch/_C/__init__.pyi (TensorBase), torch/_tensor.py."""

import minitorch


class Shape:
    """`x.view(2, 3)` is an operation on x; its docstring stands there."""

    def view(self, *shape, size=None, dtype=None):
        """See `minitorch.ops.shape.view`."""
        if size is not None or dtype is not None:
            shape = (dtype if size is None else size,)
        return minitorch.ops.shape.view(self, *shape)

    def reshape(self, *sizes, shape=None):
        """See `minitorch.ops.shape.reshape`."""
        return minitorch.ops.shape.reshape(self, *sizes, shape=shape)

    def permute(self, *order, dims=None):
        """See `minitorch.ops.shape.permute`."""
        return minitorch.ops.shape.permute(self, *order, dims=dims)

    def expand(self, *sizes, size=None):
        """See `minitorch.ops.shape.expand`."""
        return minitorch.ops.shape.expand(self, *sizes, size=size)

    def repeat(self, *counts, repeats=None):
        """See `minitorch.ops.turning.repeat`."""
        return minitorch.ops.turning.repeat(self, *counts, repeats=repeats)

    def tile(self, *counts, dims=None):
        """See `minitorch.ops.turning.tile`."""
        return minitorch.ops.turning.tile(self, *counts, dims=dims)

    def flip(self, *axes, dims=None):
        """See `minitorch.ops.turning.flip`."""
        return minitorch.ops.turning.flip(self, *axes, dims=dims)

    def transpose(self, dim0, dim1):
        """See `minitorch.ops.shape.transpose`."""
        return minitorch.ops.shape.transpose(self, dim0, dim1)

    def movedim(self, source, destination):
        """See `minitorch.ops.shape.movedim`."""
        return minitorch.ops.shape.movedim(self, source, destination)

    def unsqueeze(self, dim=None, **numpy):
        """See `minitorch.ops.shape.unsqueeze`."""
        return minitorch.ops.shape.unsqueeze(self, dim, **numpy)

    def expand_as(self, other):
        """See `minitorch.ops.shape.expand_as`."""
        return minitorch.ops.shape.expand_as(self, other)

    def broadcast_to(self, *size):
        """See `minitorch.ops.shape.broadcast_to`."""
        return minitorch.ops.shape.broadcast_to(self, minitorch.ops.sizes.sizes_of(size, "broadcast_to"))

    def swapaxes(self, axis0, axis1):
        """See `minitorch.ops.shape.transpose`."""
        return minitorch.ops.shape.transpose(self, axis0, axis1)

    swapdims = transpose
    moveaxis = movedim

    def squeeze(self, dim=None, **numpy):
        """See `minitorch.ops.shape.squeeze`."""
        return minitorch.ops.shape.squeeze(self, dim, **numpy)

    def t(self):
        """See `minitorch.ops.shape.t`."""
        return minitorch.ops.shape.t(self)

    def flatten(self, start_dim=0, end_dim=-1):
        """See `minitorch.ops.shape.flatten`."""
        return minitorch.ops.shape.flatten(self, start_dim, end_dim)

    def ravel(self):
        """See `minitorch.ops.shape.ravel`."""
        return minitorch.ops.shape.ravel(self)

    def unflatten(self, dim, sizes):
        """See `minitorch.ops.shape.unflatten`."""
        return minitorch.ops.shape.unflatten(self, dim, sizes)

    def as_strided(self, size, stride, storage_offset=None):
        """See `minitorch.ops.strided.as_strided`."""
        return minitorch.ops.strided.as_strided(self, size, stride, storage_offset)

    def view_as(self, other):
        """See `minitorch.ops.shape.view`."""
        return minitorch.ops.shape.view(self, other.shape)

    def reshape_as(self, other):
        """See `minitorch.ops.shape.reshape`."""
        return minitorch.ops.shape.reshape(self, other.shape)

    def select(self, dim, index):
        """See `minitorch.ops.slicing.select`."""
        return minitorch.ops.slicing.select(self, dim, index)

    def narrow(self, dim, start, length):
        """See `minitorch.ops.slicing.narrow`."""
        return minitorch.ops.slicing.narrow(self, dim, start, length)

    def split(self, split_size, dim=0):
        """See `minitorch.ops.slicing.split`."""
        return minitorch.ops.slicing.split(self, split_size, dim)

    def chunk(self, chunks, dim=0):
        """See `minitorch.ops.slicing.chunk`."""
        return minitorch.ops.slicing.chunk(self, chunks, dim)

    def unbind(self, dim=0):
        """See `minitorch.ops.slicing.unbind`."""
        return minitorch.ops.slicing.unbind(self, dim)

    def roll(self, shifts, dims=()):
        """See `minitorch.ops.turning.roll`."""
        return minitorch.ops.turning.roll(self, shifts, dims)

    def diagonal(self, offset=0, dim1=0, dim2=1):
        """See `minitorch.ops.diagonals.diagonal`."""
        return minitorch.ops.diagonals.diagonal(self, offset, dim1, dim2)

    def tril(self, diagonal=0):
        """See `minitorch.tril`."""
        return minitorch.tril(self, diagonal)

    def triu(self, diagonal=0):
        """See `minitorch.triu`."""
        return minitorch.triu(self, diagonal)

    def adjoint(self):
        """See `minitorch.ops.shape.adjoint`."""
        return minitorch.ops.shape.adjoint(self)

    def unfold(self, dimension, size, step):
        """See `minitorch.ops.strided.unfold`."""
        return minitorch.ops.strided.unfold(self, dimension, size, step)

    def tensor_split(self, indices_or_sections, dim=0):
        """See `minitorch.ops.slicing.tensor_split`."""
        return minitorch.ops.slicing.tensor_split(self, indices_or_sections, dim)

    def split_with_sizes(self, split_sizes, dim=0):
        """See `minitorch.ops.slicing.split_with_sizes`."""
        return minitorch.ops.slicing.split_with_sizes(self, split_sizes, dim)

    def hsplit(self, indices_or_sections):
        """See `minitorch.ops.slicing.hsplit`."""
        return minitorch.ops.slicing.hsplit(self, indices_or_sections)

    def vsplit(self, indices_or_sections):
        """See `minitorch.ops.slicing.vsplit`."""
        return minitorch.ops.slicing.vsplit(self, indices_or_sections)

    def dsplit(self, indices_or_sections):
        """See `minitorch.ops.slicing.dsplit`."""
        return minitorch.ops.slicing.dsplit(self, indices_or_sections)

    def unsafe_split(self, split_size, dim=0):
        """See `minitorch.ops.slicing.unsafe_split`."""
        return minitorch.ops.slicing.unsafe_split(self, split_size, dim)

    def unsafe_split_with_sizes(self, split_sizes, dim=0):
        """See `minitorch.ops.slicing.unsafe_split_with_sizes`."""
        return minitorch.ops.slicing.unsafe_split_with_sizes(self, split_sizes, dim)

    def unsafe_chunk(self, chunks, dim=0):
        """See `minitorch.ops.slicing.unsafe_chunk`."""
        return minitorch.ops.slicing.unsafe_chunk(self, chunks, dim)

    def fliplr(self):
        """See `minitorch.ops.turning.fliplr`."""
        return minitorch.ops.turning.fliplr(self)

    def flipud(self):
        """See `minitorch.ops.turning.flipud`."""
        return minitorch.ops.turning.flipud(self)

    def rot90(self, k=1, dims=(0, 1)):
        """See `minitorch.ops.turning.rot90`."""
        return minitorch.ops.turning.rot90(self, k, dims)

    def diag_embed(self, offset=0, dim1=-2, dim2=-1):
        """See `minitorch.ops.diagonals.diag_embed`."""
        return minitorch.ops.diagonals.diag_embed(self, offset, dim1, dim2)

    def diag(self, diagonal=0):
        """See `minitorch.ops.diagonals.diag`."""
        return minitorch.ops.diagonals.diag(self, diagonal)

    def diagflat(self, offset=0):
        """See `minitorch.ops.diagonals.diagflat`."""
        return minitorch.ops.diagonals.diagflat(self, offset)

    def select_scatter(self, src, dim, index):
        """See `minitorch.ops.scattering.select_scatter`."""
        return minitorch.ops.scattering.select_scatter(self, src, dim, index)

    def slice_scatter(self, src, dim=0, start=None, end=None, step=1):
        """See `minitorch.ops.scattering.slice_scatter`."""
        return minitorch.ops.scattering.slice_scatter(self, src, dim, start, end, step)

    def diagonal_scatter(self, src, offset=0, dim1=0, dim2=1):
        """See `minitorch.ops.scattering.diagonal_scatter`."""
        return minitorch.ops.scattering.diagonal_scatter(self, src, offset, dim1, dim2)

    def as_strided_scatter(self, src, size, stride, storage_offset=None):
        """See `minitorch.ops.scattering.as_strided_scatter`."""
        return minitorch.ops.scattering.as_strided_scatter(self, src, size, stride, storage_offset)

    def narrow_copy(self, dim, start, length):
        """See `minitorch.ops.view_copies.narrow_copy`."""
        return minitorch.ops.view_copies.narrow_copy(self, dim, start, length)

    def repeat_interleave(self, repeats=None, dim=None, *, output_size=None):
        """See `minitorch.ops.turning.repeat_interleave`."""
        return minitorch.ops.turning.repeat_interleave(self, repeats, dim, output_size=output_size)
