"""x*y + z with one rounding, in compiled loops. PyTorch: at::vec::fmadd; C: fma."""

from llvmlite import ir
from numba import types
from numba.extending import intrinsic


@intrinsic
def fma(typing_context, x, y, z):
    """Three float32 give a float32, three float64 a float64. Without the instruction LLVM calls libm."""
    if x != y or y != z or x not in (types.float32, types.float64):
        return None

    def emit(context, builder: ir.IRBuilder, signature, arguments):
        return builder.fma(*arguments)

    return x(x, y, z), emit
