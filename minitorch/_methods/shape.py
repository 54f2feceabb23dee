"""Views and copies of other shapes as methods, each one line. PyTorch: torch/_C/__init__.pyi (TensorBase), torch/_tensor.py."""

import minitorch


class Shape:
    """`x.view(2, 3)` is an operation on x; its docstring stands there."""

    def view(self, *shape):
        """See `minitorch.ops.shape.view`."""
        return minitorch.ops.shape.view(self, *shape)

    def reshape(self, *sizes):
        """See `minitorch.ops.shape.reshape`."""
        return minitorch.ops.shape.reshape(self, *sizes)

    def permute(self, *sizes):
        """See `minitorch.ops.shape.permute`."""
        return minitorch.ops.shape.permute(self, *sizes)

    def expand(self, *sizes):
        """See `minitorch.ops.shape.expand`."""
        return minitorch.ops.shape.expand(self, *sizes)

    def repeat(self, *sizes):
        """See `minitorch.ops.joining.repeat`."""
        return minitorch.ops.joining.repeat(self, *sizes)

    def tile(self, *sizes):
        """See `minitorch.ops.joining.tile`."""
        return minitorch.ops.joining.tile(self, *sizes)

    def flip(self, *sizes):
        """See `minitorch.ops.joining.flip`."""
        return minitorch.ops.joining.flip(self, *sizes)

    def transpose(self, dim0, dim1):
        """See `minitorch.ops.shape.transpose`."""
        return minitorch.ops.shape.transpose(self, dim0, dim1)

    def movedim(self, source, destination):
        """See `minitorch.ops.shape.movedim`."""
        return minitorch.ops.shape.movedim(self, source, destination)

    def unsqueeze(self, dim):
        """See `minitorch.ops.shape.unsqueeze`."""
        return minitorch.ops.shape.unsqueeze(self, dim)

    def expand_as(self, other):
        """See `minitorch.ops.shape.expand_as`."""
        return minitorch.ops.shape.expand_as(self, other)

    def broadcast_to(self, size):
        """See `minitorch.ops.shape.broadcast_to`."""
        return minitorch.ops.shape.broadcast_to(self, size)

    swapaxes = swapdims = transpose
    moveaxis = movedim

    def squeeze(self, dim=None):
        """See `minitorch.ops.shape.squeeze`."""
        return minitorch.ops.shape.squeeze(self, dim)

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
        """See `minitorch.ops.shape.as_strided`."""
        return minitorch.ops.shape.as_strided(self, size, stride, storage_offset)

    def view_as(self, other):
        """See `minitorch.ops.shape.view`."""
        return minitorch.ops.shape.view(self, other.shape)

    def reshape_as(self, other):
        """See `minitorch.ops.shape.reshape`."""
        return minitorch.ops.shape.reshape(self, other.shape)

    def select(self, dim, index):
        """See `minitorch.ops.joining.select`."""
        return minitorch.ops.joining.select(self, dim, index)

    def narrow(self, dim, start, length):
        """See `minitorch.ops.joining.narrow`."""
        return minitorch.ops.joining.narrow(self, dim, start, length)

    def split(self, split_size, dim=0):
        """See `minitorch.ops.joining.split`."""
        return minitorch.ops.joining.split(self, split_size, dim)

    def chunk(self, chunks, dim=0):
        """See `minitorch.ops.joining.chunk`."""
        return minitorch.ops.joining.chunk(self, chunks, dim)

    def unbind(self, dim=0):
        """See `minitorch.ops.joining.unbind`."""
        return minitorch.ops.joining.unbind(self, dim)

    def roll(self, shifts, dims=None):
        """See `minitorch.ops.joining.roll`."""
        return minitorch.ops.joining.roll(self, shifts, dims)

    def diagonal(self, offset=0, dim1=0, dim2=1):
        """See `minitorch.ops.joining.diagonal`."""
        return minitorch.ops.joining.diagonal(self, offset, dim1, dim2)

    def tril(self, diagonal=0):
        """See `minitorch.tril`."""
        return minitorch.tril(self, diagonal)

    def triu(self, diagonal=0):
        """See `minitorch.triu`."""
        return minitorch.triu(self, diagonal)

    def mm(self, mat2):
        """See `minitorch.mm`."""
        return minitorch.mm(self, mat2)

    def bmm(self, mat2):
        """See `minitorch.bmm`."""
        return minitorch.bmm(self, mat2)

    def mv(self, vec):
        """See `minitorch.mv`."""
        return minitorch.mv(self, vec)

    def dot(self, tensor):
        """See `minitorch.dot`."""
        return minitorch.dot(self, tensor)

    def matmul(self, tensor2):
        """See `minitorch.matmul`."""
        return minitorch.matmul(self, tensor2)

    def outer(self, vec2):
        """See `minitorch.outer`."""
        return minitorch.outer(self, vec2)

    def addmm(self, mat1, mat2, *, beta=1, alpha=1):
        """See `minitorch.addmm`."""
        return minitorch.addmm(self, mat1, mat2, beta=beta, alpha=alpha)

    def baddbmm(self, batch1, batch2, *, beta=1, alpha=1):
        """See `minitorch.baddbmm`."""
        return minitorch.baddbmm(self, batch1, batch2, beta=beta, alpha=alpha)
