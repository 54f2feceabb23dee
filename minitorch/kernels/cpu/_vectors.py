"""Instructions on whole vectors, written in LLVM's language. PyTorch: at::vec::Vectorized, aten/src/ATen/cpu/vec."""

import platform

import llvmlite.binding
import numba
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

I32, I64 = ir.IntType(32), ir.IntType(64)


def _features() -> set[str]:
    """What the processor can do, as LLVM names it, or what Numba was told to compile for."""
    if numba.config.CPU_FEATURES is not None:
        return {name[1:] for name in numba.config.CPU_FEATURES.split(",") if name.startswith("+")}
    if numba.config.CPU_NAME == "generic":
        return set()
    if platform.machine().lower() in ("arm64", "aarch64"):
        return {"neon"}
    return {name for name, present in llvmlite.binding.get_host_cpu_features().items() if present}


_FEATURES = _features()
if "avx512f" in _FEATURES:
    VECTOR_BYTES, REGISTERS = 64, 32
elif {"avx2", "fma"} <= _FEATURES:
    VECTOR_BYTES, REGISTERS = 32, 16
elif "neon" in _FEATURES:
    VECTOR_BYTES, REGISTERS = 16, 32
else:
    VECTOR_BYTES, REGISTERS = 16, 16  # any x86-64; LLVM splits the vectors where a processor has none
_FUSED = bool(_FEATURES & {"avx512f", "fma", "neon"})


@intrinsic
def largest(typingctx, line):
    """The largest element of a contiguous line; NaN wins. LLVM makes no vectors of a loop that must keep NaN."""
    return line.dtype(line), _chosen(">")


@intrinsic
def smallest(typingctx, line):
    """The smallest element of a contiguous line; NaN wins."""
    return line.dtype(line), _chosen("<")


def _chosen(sign: str):
    def generate(context, builder, signature, arguments):
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        size, code = array.nitems, Vectors(builder, context, signature.return_type)
        best = cgutils.alloca_once(builder, code.vector)
        builder.store(code.splat(builder.load(array.data)), best)
        with cgutils.for_range_slice(builder, I64(0), size, I64(code.lanes), I64) as (i, _):
            mask = code.first(builder.sub(size, i))
            new, old = code.load(code.at(array.data, i), mask), builder.load(best)
            better = builder.and_(code.better_or_nan(sign, new, old), mask)
            builder.store(builder.select(better, new, old), best)
        found = builder.load(best)
        result = builder.extract_element(found, I32(0))
        for lane in range(1, code.lanes):
            new = builder.extract_element(found, I32(lane))
            result = builder.select(code.better_or_nan(sign, new, result), new, result)
        return result

    return generate


class Vectors:
    """Writes instructions on vectors of one element type."""

    def __init__(self, builder, context, dtype):
        self.builder, self.context, self.dtype = builder, context, dtype
        self.bytes = dtype.bitwidth // 8
        self.lanes = VECTOR_BYTES // self.bytes
        self.vector = ir.VectorType(context.get_data_type(dtype), self.lanes)

    def at(self, pointer, offset):
        return self.builder.gep(pointer, [offset])

    def call(self, name, result, arguments):
        signature = ir.FunctionType(result, [argument.type for argument in arguments])
        return self.builder.call(cgutils.get_or_insert_function(self.builder.module, signature, name), arguments)

    def load(self, pointer, mask=None, element=None):
        """Without a mask a plain load; lanes outside a mask are zero, and their memory is not touched.

        `element`: a type of integers, of which as many are loaded as a vector has lanes.
        """
        kind = ir.VectorType(element, self.lanes) if element else self.vector
        pointer = self.builder.bitcast(pointer, kind.as_pointer())
        if mask is None:
            return self.builder.load(pointer, align=self.bytes)
        arguments = [pointer, I32(_bytes(kind)), mask, ir.Constant(kind, None)]
        return self.call(f"llvm.masked.load.{_name(kind)}.p0", kind, arguments)

    def prefetch(self, pointer, write=True):
        """Have the cache line fetched that a later store (or load) goes to; any address will do."""
        pointer = self.builder.bitcast(pointer, ir.IntType(8).as_pointer())
        write, keep, data = I32(int(write)), I32(3), I32(1)
        self.call("llvm.prefetch.p0", ir.VoidType(), [pointer, write, keep, data])

    def store(self, value, pointer, mask):
        pointer = self.builder.bitcast(pointer, value.type.as_pointer())
        arguments = [value, pointer, I32(_bytes(value.type)), mask]
        self.call(f"llvm.masked.store.{_name(value.type)}.p0", ir.VoidType(), arguments)

    def store_over(self, value, pointer, count, room):
        """The first `count` lanes; those behind may be written as well where `room` allows a whole vector.

        A loop that goes on there overwrites them. A masked store costs a tenth more.
        """
        builder = self.builder
        with builder.if_else(builder.icmp_signed(">=", room, I64(self.lanes))) as (whole, part):
            with whole:
                builder.store(value, builder.bitcast(pointer, value.type.as_pointer()), align=_bytes(value.type))
            with part:
                self.store(value, pointer, self.first(count))

    def store_block(self, block, pointer, pitch, count, mask):
        """The first `count` vectors, each at the next multiple of `pitch`."""
        none = self.first(I64(0))
        for i, value in enumerate(block):
            present = self.builder.icmp_signed("<", I64(i), count)
            place = self.at(pointer, self.builder.mul(pitch, I64(i)))
            self.store(value, place, self.builder.select(present, mask, none))

    def load_every(self, pointer, step, start, end):
        """The elements `pointer[lane * step]` for start <= lane < end, by whole vectors for steps of 1 and 2."""
        builder, n = self.builder, I64(self.lanes)
        result = cgutils.alloca_once(builder, self.vector)
        with builder.if_else(builder.icmp_signed("==", step, I64(1))) as (one, more):
            with one:
                builder.store(self.load(pointer, self.between(start, end)), result)
            with more, builder.if_else(builder.icmp_signed("==", step, I64(2))) as (two, many):
                with two:
                    start2, end2 = builder.mul(start, I64(2)), builder.sub(builder.mul(end, I64(2)), I64(1))
                    low = self.load(pointer, self.between(start2, end2))
                    rest = self.between(builder.sub(start2, n), builder.sub(end2, n))
                    high = self.load(self.at(pointer, n), rest)
                    builder.store(self.shuffle(low, high, range(0, 2 * self.lanes, 2)), result)
                with many:
                    builder.store(ir.Constant(self.vector, None), result)
                    elements = builder.bitcast(result, pointer.type)
                    start = builder.select(builder.icmp_signed("<", start, I64(0)), I64(0), start)
                    end = builder.select(builder.icmp_signed("<", end, n), end, n)
                    with cgutils.for_range_slice(builder, start, end, I64(1), I64) as (lane, _):
                        element = builder.load(self.at(pointer, builder.mul(lane, step)))
                        builder.store(element, self.at(elements, lane))
        return builder.load(result)

    def first(self, count):
        """A mask of the first `count` lanes; none when negative."""
        return self.builder.icmp_signed("<", self._numbers(), self.splat(self._few(count)))

    def between(self, start, end):
        """A mask of the lanes from `start` to before `end`."""
        after = self.builder.icmp_signed(">=", self._numbers(), self.splat(self._few(start)))
        return self.builder.and_(after, self.first(end))

    def _numbers(self):
        return ir.Constant(ir.VectorType(I32, self.lanes), [I32(i) for i in range(self.lanes)])

    def _few(self, count):
        """A count as 32 bits: what lies beyond the lanes is all the same."""
        builder, n = self.builder, I64(self.lanes)
        count = builder.select(builder.icmp_signed("<", count, n), count, n)
        return builder.trunc(builder.select(builder.icmp_signed(">", count, I64(0)), count, I64(0)), I32)

    def splat(self, scalar):
        nothing = ir.Constant(ir.VectorType(scalar.type, self.lanes), ir.Undefined)
        one = self.builder.insert_element(nothing, scalar, I32(0))
        return self.builder.shuffle_vector(one, nothing, ir.Constant(ir.VectorType(I32, self.lanes), None))

    def multiply_add(self, a, b, c):
        """a * b + c, rounded once where the processor has such an instruction."""
        if _FUSED:
            return self.call(f"llvm.fma.{_name(self.vector)}", self.vector, [a, b, c])
        return self.builder.fadd(self.builder.fmul(a, b), c)

    def add(self, a, b):
        return (self.builder.fadd if isinstance(self.dtype, types.Float) else self.builder.add)(a, b)

    def greater_or_nan(self, a, b):
        """A mask of where a > b, or where a is NaN."""
        return self.better_or_nan(">", a, b)

    def better_or_nan(self, sign, a, b):
        """A mask of where a > b, or a < b if that is the sign, or where a is NaN."""
        if not isinstance(self.dtype, types.Float):
            compare = self.builder.icmp_signed if self.dtype.signed else self.builder.icmp_unsigned
            return compare(sign, a, b)
        nan = self.builder.fcmp_unordered("uno", a, a)
        return self.builder.or_(self.builder.fcmp_ordered(sign, a, b), nan)

    def transposed(self, rows):
        """The columns of up to `lanes` rows: n log n shuffles swap elements off the diagonal, then pairs, fours ..."""
        n = self.lanes
        rows = rows + [ir.Constant(self.vector, ir.Undefined)] * (n - len(rows))
        distance = 1
        while distance < n:
            upper = [lane if not lane & distance else lane - distance + n for lane in range(n)]
            lower = [lane + distance if not lane & distance else lane + n for lane in range(n)]
            for i in range(n):
                if not i & distance:
                    pair = rows[i], rows[i + distance]
                    rows[i], rows[i + distance] = self.shuffle(*pair, upper), self.shuffle(*pair, lower)
            distance *= 2
        return rows

    def shuffle(self, x, y, lanes):
        return self.builder.shuffle_vector(x, y, ir.Constant(ir.VectorType(I32, self.lanes), [I32(i) for i in lanes]))


def _name(kind) -> str:
    """How LLVM spells a type of vectors in the names of its functions."""
    return f"v{kind.count}{kind.element.intrinsic_name}"


def _bytes(kind) -> int:
    return {"half": 2, "float": 4, "double": 8}.get(str(kind.element)) or kind.element.width // 8
