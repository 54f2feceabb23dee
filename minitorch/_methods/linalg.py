"""Products and decompositions of matrices as methods, each one line. PyTorch: torch/_C/__init__.pyi (TensorBase)."""

import minitorch


class Linalg:
    """`x.mm(y)` is an operation on x; its docstring stands there."""

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
