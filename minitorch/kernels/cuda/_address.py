"""Arrays that a kernel finds by their address: any number of them in one launch. PyTorch: aten/src/ATen/native/cuda/MultiTensorApply.cuh."""

from minitorch.kernels.cuda._driver import SIMULATED, types

if SIMULATED:
    from minitorch.kernels.cuda._simulator import line_at as elements_at  # noqa: F401
else:
    from llvmlite import ir
    from numba.cuda.extending import intrinsic

    @intrinsic
    def elements_at(typing_context, address, size, like):
        """The `size` elements that begin at an address, with the dtype of the array `like`. Without bounds."""
        result = types.CPointer(like.dtype)

        def emit(context, builder: ir.IRBuilder, signature, arguments):
            return builder.inttoptr(arguments[0], context.get_value_type(result))

        return result(address, size, like), emit


