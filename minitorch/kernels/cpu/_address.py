"""Loops that are compiled once and called by their address. PyTorch: the function pointers of ATen's DispatchStub.

Numba copies a compiled function into each one that calls it, and a parallel loop into four modules; LLVM optimises
every copy anew. A thousand vector instructions take it a second each time. So the large bodies of the kernels are
compiled by themselves, as C functions on pointers, and the loops over their tasks are a few lines that jump to an
address. Compiling the convolution's forward took 6 s that way before, and 3 s since.
"""

from functools import lru_cache

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.ccallback import CFunc
from numba.extending import intrinsic

from minitorch.kernels.cpu._compile import _cache_directory, cached

_kept = []  # an address is valid as long as its function lives


@lru_cache
def address(function, *arguments) -> int:
    """Compile a function of integers and pointers. An argument is a dtype, for a pointer to it, or int."""
    signature = types.void(*(types.intp if kind is int else pointer(kind) for kind in arguments))
    with _cache_directory():
        compiled = cached(CFunc(function, (signature.args, signature.return_type), {}, {"error_model": "numpy"}), function)
        compiled.compile()
    _kept.append(compiled)
    return compiled.address


def pointer(dtype) -> types.Type:
    """Numba's type of a pointer to elements. Indexed as an array, it never counts from the end."""
    return types.CPointer(numba.from_dtype(np.dtype(dtype)))


@intrinsic
def elements_at(typing_context, address, like):
    """The array that begins at `address`, with elements as in the array `like`. No bounds: callers keep
    inside.
    """
    result = types.CPointer(like.dtype)

    def emit(context, builder: ir.IRBuilder, signature, arguments):
        return builder.inttoptr(arguments[0], context.get_value_type(result))

    return result(address, like), emit


@intrinsic
def call(typingctx, function, *arguments):
    """Call the function at an address, with pointers to the data of those arguments that are arrays."""

    def generate(context, builder, signature, values):
        kinds = signature.args[1]
        given = [
            element_address(context, builder, kind, value)
            for kind, value in zip(kinds, cgutils.unpack_tuple(builder, values[1]))
        ]
        kind = ir.FunctionType(ir.VoidType(), [value.type for value in given])
        builder.call(builder.inttoptr(values[0], kind.as_pointer()), given)
        return context.get_dummy_value()

    kinds = types.StarArgTuple([types.intp if isinstance(kind, types.Integer) else kind for kind in arguments])
    return types.void(types.intp, kinds), generate


@intrinsic
def named(typingctx, numbers, names):
    """The numbers of an int64 array, or behind a pointer, as the namedtuple class `names`: numbers with names cost
    nothing in a loop, while passing forty of them to a parallel region takes seconds to compile.
    """
    cls = names.instance_class
    result = types.NamedUniTuple(types.int64, len(cls._fields), cls)

    def generate(context, builder, signature, values):
        data = element_address(context, builder, signature.args[0], values[0])
        places = [builder.gep(data, [ir.Constant(ir.IntType(64), i)]) for i in range(len(cls._fields))]
        return context.make_tuple(builder, result, [builder.load(place) for place in places])

    return result(numbers, names), generate


LINE = 16  # float32s in a cache line


@intrinsic
def prefetch(typingctx, elements, place):
    """Have the cache line of an element fetched into the second-level cache, without waiting. Any place will do."""

    def generate(context, builder, signature, arguments):
        data = element_address(context, builder, signature.args[0], arguments[0])
        line = builder.bitcast(builder.gep(data, [arguments[1]]), ir.IntType(8).as_pointer())
        read, second, is_data = (ir.Constant(ir.IntType(32), number) for number in (0, 2, 1))
        kind = ir.FunctionType(ir.VoidType(), [each.type for each in (line, read, second, is_data)])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        builder.call(function, [line, read, second, is_data])
        return context.get_dummy_value()

    return types.void(elements, types.intp), generate


def element_address(context, builder, kind, value):
    """The address of an array's first element; a pointer or a number as it is."""
    return context.make_array(kind)(context, builder, value).data if isinstance(kind, types.Array) else value
