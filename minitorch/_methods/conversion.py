"""Methods that lead to other dtypes, devices, libraries, and new tensors, each one line. PyTorch: torch/_C/__init__.pyi (TensorBase), torch/_tensor.py."""

import minitorch


class Conversion:
    """`x.to(dtype)` is an operation on x; its docstring stands there."""

    def to(self, *args, **kwargs):
        """See `minitorch.ops.convert.to`."""
        return minitorch.ops.convert.to(self, *args, **kwargs)

    def float(self, memory_format=None):
        """As float32."""
        return self.to(minitorch.float32, memory_format=memory_format)

    def double(self, memory_format=None):
        """As float64."""
        return self.to(minitorch.float64, memory_format=memory_format)

    def long(self, memory_format=None):
        """As int64."""
        return self.to(minitorch.int64, memory_format=memory_format)

    def int(self, memory_format=None):
        """As int32."""
        return self.to(minitorch.int32, memory_format=memory_format)

    def half(self, memory_format=None):
        """As float16."""
        return self.to(minitorch.float16, memory_format=memory_format)

    def bfloat16(self, memory_format=None):
        """Raises TypeError: minitorch has no tensors of bfloat16."""
        return self.to(minitorch.bfloat16, memory_format=memory_format)

    def short(self, memory_format=None):
        """As int16."""
        return self.to(minitorch.int16, memory_format=memory_format)

    def char(self, memory_format=None):
        """As int8."""
        return self.to(minitorch.int8, memory_format=memory_format)

    def byte(self, memory_format=None):
        """As uint8."""
        return self.to(minitorch.uint8, memory_format=memory_format)

    def bool(self, memory_format=None):
        """As bool."""
        return self.to(minitorch.bool, memory_format=memory_format)

    def type_as(self, other):
        """In the dtype and on the device of other."""
        return self.to(other)

    def cpu(self, memory_format=None):
        """On the CPU."""
        return self.to("cpu")

    def cuda(self, device=None, non_blocking=False, memory_format=None):
        """On the GPU. Raises an error that says why where there is none."""
        return self.to("cuda" if device is None else device, non_blocking=non_blocking)

    def is_pinned(self, device=None):
        """Whether the GPU reads this memory of the host by itself."""
        return minitorch.ops.transfer.is_pinned(self, device)

    def pin_memory(self, device=None):
        """In memory of the host that the GPU reads by itself. Raises RuntimeError without one."""
        return minitorch.ops.transfer.pin_memory(self, device)

    def record_stream(self, stream):
        """Another stream uses this memory of the GPU: it is not used anew before that stream is done with it."""
        minitorch.ops.transfer.record_stream(self, stream)

    def is_shared(self):
        """Whether other processes share the memory: always False."""
        return False

    def storage(self):
        """The memory as numbers of this dtype. The older name of `untyped_storage`, which counts bytes."""
        return minitorch.TypedStorage(self.untyped_storage(), self.dtype)

    def clone(self, *, memory_format=None):
        """See `minitorch.ops.convert.clone`."""
        return minitorch.ops.convert.clone(self, memory_format=memory_format)

    def contiguous(self, *, memory_format=None):
        """See `minitorch.ops.convert.contiguous`."""
        return minitorch.ops.convert.contiguous(self, memory_format=memory_format)

    def numpy(self, *, force=False):
        """See `minitorch.ops.convert.numpy`."""
        return minitorch.ops.convert.numpy(self, force=force)

    def item(self):
        """See `minitorch.ops.convert.item`."""
        return minitorch.ops.convert.item(self)

    def to_sparse(self):
        """See `minitorch.sparse.to_sparse`."""
        return minitorch.sparse.to_sparse(self)

    def to_dense(self):
        """The tensor itself; of a sparse one, all its elements."""
        return self

    def tolist(self):
        """See `minitorch.ops.convert.tolist`."""
        return minitorch.ops.convert.tolist(self)

    def new(self, *args, device=None):
        """As `minitorch.Tensor(*args)`, in the dtype of this tensor. The older name of new_empty and new_tensor."""
        if len(args) == 1 and isinstance(args[0], (list, tuple)) and not isinstance(args[0], minitorch.Size):
            return minitorch.tensor(args[0], dtype=self.dtype, device=device or self.device)
        return minitorch.Tensor(*args, device=device).to(device or self.device, self.dtype)

    def new_empty(self, *sizes, size=None, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=False):
        """As `minitorch.empty`, in the dtype and on the device of this tensor."""
        return minitorch.empty(*sizes, size=size, dtype=dtype or self.dtype, device=_at(self, device), requires_grad=requires_grad, pin_memory=pin_memory)

    def new_zeros(self, *sizes, size=None, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=False):
        """As `minitorch.zeros`, in the dtype and on the device of this tensor."""
        shape = minitorch.ops.sizes.sizes_of(sizes if size is None else (size,), "new_zeros")
        return minitorch.full(shape, 0, dtype=dtype or self.dtype, device=_at(self, device), requires_grad=requires_grad, pin_memory=pin_memory)

    def new_ones(self, *sizes, size=None, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=False):
        """As `minitorch.ones`, in the dtype and on the device of this tensor."""
        return minitorch.ones(*sizes, size=size, dtype=dtype or self.dtype, device=_at(self, device), requires_grad=requires_grad, pin_memory=pin_memory)

    def new_empty_strided(self, size, stride, dtype=None, device=None, requires_grad=False):
        """As `minitorch.empty_strided`, in the dtype and on the device of this tensor."""
        return minitorch.empty_strided(size, stride, dtype=dtype or self.dtype, device=_at(self, device), requires_grad=requires_grad)

    def new_full(self, size, fill_value, *, dtype=None, device=None, requires_grad=False):
        """As `minitorch.full`, in the dtype and on the device of this tensor."""
        return minitorch.full(size, fill_value, dtype=dtype or self.dtype, device=_at(self, device), requires_grad=requires_grad)

    def new_tensor(self, data, *, dtype=None, device=None, requires_grad=False):
        """As `minitorch.tensor`, in the dtype and on the device of this tensor."""
        return minitorch.tensor(data, dtype=dtype or self.dtype, device=_at(self, device), requires_grad=requires_grad)

    def conj(self):
        """See `minitorch.conj`."""
        return minitorch.conj(self)

    def conj_physical(self):
        """See `minitorch.conj_physical`."""
        return minitorch.conj_physical(self)

    def resolve_conj(self):
        """See `minitorch.resolve_conj`."""
        return minitorch.resolve_conj(self)

    def resolve_neg(self):
        """See `minitorch.resolve_neg`."""
        return minitorch.resolve_neg(self)

    @property
    def real(self):
        """The tensor itself."""
        return minitorch.real(self)

    @property
    def imag(self):
        """Raises RuntimeError: minitorch has no complex numbers."""
        return minitorch.imag(self)

    def conj_physical_(self):
        """The tensor itself."""
        return self

    def is_conj(self):
        """Always False: minitorch has no complex numbers."""
        return False

    def is_neg(self):
        """Always False: there is no lazy negation."""
        return False


def _at(tensor, device):
    """The device asked for, else that of the tensor."""
    return tensor.device if device is None else device
