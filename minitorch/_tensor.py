"""Tensor: a window (shape, stride, offset) onto a Storage, with a gradient and an origin. PyTorch: torch/_tensor.py.

Every method is one line: the operation of the same name stands in `ops/`. `minitorch` is looked up when a method is
called, which keeps this file and ops free of circular imports.
"""

from types import ModuleType

import numpy as np

import minitorch
from minitorch import types
from minitorch._methods.arithmetic import Arithmetic
from minitorch._methods.conversion import Conversion
from minitorch._methods.functions import Functions
from minitorch._methods.in_place import InPlace
from minitorch._methods.in_place_functions import InPlaceFunctions
from minitorch._methods.indexing import Indexing
from minitorch._methods.linalg import Linalg
from minitorch._methods.reduction import Reduction
from minitorch._methods.shape import Shape
from minitorch._methods.statistics import Statistics
from minitorch._storage import Storage
from minitorch.kernels import cpu
from minitorch.kernels import of as kernels_of


class _TensorMeta(type):
    """The type of Tensor, which is named as in PyTorch: programs print `type(x)`."""

    def __repr__(cls) -> str:
        module = "torch" if cls.__module__ == __name__ else cls.__module__.replace("minitorch", "torch", 1)
        return f"<class '{module}.{cls.__qualname__}'>"


class Tensor(
    Arithmetic,
    Functions,
    InPlace,
    InPlaceFunctions,
    Shape,
    Indexing,
    Linalg,
    Reduction,
    Statistics,
    Conversion,
    metaclass=_TensorMeta,
):
    """A multi-dimensional array that remembers how it was made. PyTorch: torch.Tensor.

    `Tensor(2, 3)` is uninitialised memory and `Tensor([1, 2])` copies a list, both float; `minitorch.tensor` is the
    better way to make one.
    """

    # What a tensor has unless it says otherwise: attributes of the class, so that making a result stores two only.
    _grad: "Tensor | None" = None
    _grad_fn = None  # the Node that made it; None for a leaf
    _output_nr = 0  # which output of that node it is
    _requires_grad = False
    _base: "Tensor | None" = None  # the tensor that this one is a differentiable view of
    _seen = 0  # of a view: the version of the storage that its grad_fn knows
    _made = None  # of a view: "several" if made together with others, "no_grad" if not recorded, "custom" if a Function of the user's made it
    _accumulator = None  # weak reference to the AccumulateGrad node of a leaf
    _stride: tuple[int, ...] | None = None  # of a view, in elements; a fresh array tells its own
    _offset = 0  # of a view: where in the storage it begins, in elements
    _backward_hooks = ()  # of a leaf; dictionaries once there are hooks
    _post_accumulate_grad_hooks = ()
    _retains_grad = False
    _detached = -1  # the number of the next node when detach_() took its history

    array: np.ndarray
    _storage: Storage
    kernels: ModuleType = cpu  # the kernels of the device that holds this tensor

    __array_priority__ = 1000

    def __new__(cls, *args, **kwargs) -> "Tensor":
        """See `minitorch.ops.convert.legacy_tensor`."""
        return minitorch.ops.convert.legacy_tensor(cls, *args, **kwargs)

    # ---- What it is ----

    @property
    def shape(self) -> types.Size:
        """The size of each dimension."""
        return types.Size(self.array.shape)

    def size(self, dim: int | None = None):
        """The shape, or the size of one dimension."""
        if dim is None:
            return types.Size(self.array.shape)
        return self.array.shape[minitorch.ops.sizes.wrap_existing(dim, self.array.ndim)]

    def stride(self, dim: int | None = None):
        """How many elements of the storage lie between neighbours, in each dimension or in one."""
        stride = self._stride
        if stride is None:
            array = self.array
            stride = tuple([step // array.itemsize for step in array.strides])
            if array.size == 0:
                stride = contiguous_strides(array.shape)
        return stride if dim is None else stride[minitorch.ops.sizes.wrap_existing(dim, self.array.ndim)]

    def storage_offset(self) -> int:
        """The place of the first element in the storage, in elements."""
        return self._offset

    def untyped_storage(self) -> Storage:
        """The memory that this tensor is a window onto."""
        return self._storage

    def data_ptr(self) -> int:
        """The address of the first element."""
        return self.kernels.address(self.array) if self.array.size else 0

    @property
    def dtype(self) -> types.dtype:
        """The type of the elements."""
        return types.of_numpy(self.array.dtype)

    @property
    def device(self) -> types.device:
        """Where the elements live."""
        return types.CPU if self.kernels is cpu else types.GPU

    @property
    def layout(self):
        """Always strided."""
        return minitorch.strided

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return self.array.ndim

    def dim(self) -> int:
        """The number of dimensions."""
        return self.array.ndim

    ndimension = dim

    def numel(self) -> int:
        """The number of elements."""
        return minitorch.ops.sizes.checked_numel(self.array.shape)

    nelement = numel

    def element_size(self) -> int:
        """Bytes per element."""
        return self.array.itemsize

    @property
    def itemsize(self) -> int:
        """Bytes per element."""
        return self.array.itemsize

    @property
    def nbytes(self) -> int:
        """Bytes of all elements."""
        return self.numel() * self.array.itemsize

    def is_contiguous(self, memory_format=None) -> bool:
        """Whether the elements lie row by row without gaps, or in the order of a memory format."""
        if memory_format is not None:
            return minitorch.ops.convert.is_in_format(self, memory_format)
        return self.array.flags.c_contiguous

    def is_floating_point(self) -> bool:
        """Whether the dtype is a floating-point one."""
        return self.array.dtype.kind == "f"

    def is_complex(self) -> bool:
        """Always False: minitorch has no complex numbers."""
        return False

    def is_signed(self) -> bool:
        """Whether the dtype holds negative numbers."""
        return self.array.dtype.kind in "fi"

    def get_device(self) -> int:
        """-1 on the CPU, the index of the GPU elsewhere."""
        return -1 if self.kernels is cpu else types.GPU.index

    is_sparse = is_quantized = is_meta = is_nested = is_mkldnn = False
    is_cpu = property(lambda self: self.kernels is cpu)
    is_cuda = property(lambda self: self.kernels is not cpu)
    names = property(lambda self: (None,) * self.array.ndim)

    def type(self, dtype=None, non_blocking: bool = False):
        """The legacy name of the dtype, or the tensor converted to one."""
        return minitorch.ops.convert.type_of(self, dtype)

    @property
    def T(self) -> "Tensor":
        """The transpose."""
        return minitorch.ops.shape.numpy_T(self)

    @property
    def mT(self) -> "Tensor":
        """The last two dimensions swapped."""
        return minitorch.ops.shape.matrix_T(self)

    @property
    def H(self) -> "Tensor":
        """A matrix transposed."""
        return minitorch.ops.shape.matrix_H(self)

    @property
    def mH(self) -> "Tensor":
        """The last two dimensions swapped."""
        return minitorch.ops.shape.matrix_T(self, "mH")

    # ---- Python's protocols ----

    def __repr__(self, *, tensor_contents: str | None = None) -> str:
        return minitorch._tensor_str.tensor_str(self, tensor_contents)

    def __format__(self, spec: str) -> str:
        return minitorch._tensor_str.format_tensor(self, spec)

    def __len__(self) -> int:
        if self.array.ndim == 0:
            raise TypeError("len() of a 0-d tensor")
        return self.array.shape[0]

    def __iter__(self):
        if self.array.ndim == 0:
            raise TypeError("iteration over a 0-d tensor")
        return iter(minitorch.unbind(self, 0))

    def __reversed__(self) -> "Tensor":
        return self if self.array.ndim == 0 else minitorch.flip(self, 0)

    def __contains__(self, element: object) -> bool:
        if not isinstance(element, (Tensor, int, float)):
            raise RuntimeError(
                f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type(element)}."
            )
        return bool((self == element).any())

    def __bool__(self) -> bool:
        return minitorch.ops.convert.to_bool(self)

    def __float__(self) -> float:
        return float(minitorch.ops.convert.to_number(self))

    def __int__(self) -> int:
        return int(minitorch.ops.convert.to_number(self))

    def __index__(self) -> int:
        return minitorch.ops.convert.to_index(self)

    def __array__(self, dtype=None, copy=None) -> np.ndarray:
        return minitorch.ops.convert.numpy_array(self, dtype, copy)

    def __array_wrap__(self, array: np.ndarray, context=None, return_scalar: bool = False) -> "Tensor":
        return minitorch.ops.convert.array_wrap(array)

    def __dlpack__(self, **kwargs):
        return minitorch.ops.dlpack.to_dlpack(self, **kwargs)

    def __dlpack_device__(self) -> tuple[int, int]:
        return minitorch.ops.dlpack.dlpack_device(self)

    @property
    def __cuda_array_interface__(self) -> dict:
        return minitorch.ops.transfer.cuda_array_interface(self)

    def __hash__(self) -> int:
        return id(self)

    def __copy__(self) -> "Tensor":
        return minitorch.ops.convert.shallow_copy(self)

    def __deepcopy__(self, memo: dict) -> "Tensor":
        return minitorch.ops.autograd.deepcopy(self, memo)

    def __reduce__(self):
        return minitorch.ops.convert.reduce_for_pickle(self)

    # ---- Autograd ----

    @property
    def requires_grad(self) -> bool:
        """Whether operations on this tensor are recorded."""
        return self._requires_grad or (self._base is not None and self._base._requires_grad)

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        minitorch.ops.autograd.set_requires_grad(self, value)

    def requires_grad_(self, requires_grad: bool = True) -> "Tensor":
        """Set requires_grad; returns self."""
        return minitorch.ops.autograd.requires_grad_(self, requires_grad)

    @property
    def grad(self) -> "Tensor | None":
        """The gradient that backward() left."""
        if self._grad is None and self._grad_fn is not None and not self._retains_grad:
            minitorch.ops.autograd.warn_of_non_leaf()
        return self._grad

    @grad.setter
    def grad(self, value: "Tensor | None") -> None:
        minitorch.ops.autograd.set_grad(self, value)

    @grad.deleter
    def grad(self) -> None:
        self._grad = None

    @property
    def grad_fn(self):
        """The node of the operation that made this tensor; None for a leaf."""
        if self._base is not None:
            self._refresh_view()
        return self._grad_fn

    @property
    def output_nr(self) -> int:
        """Which output of grad_fn this is."""
        return self._output_nr

    @property
    def is_leaf(self) -> bool:
        """Whether it was made by the user, or needs no gradient."""
        return self.grad_fn is None

    @property
    def _version(self) -> int:
        return self._storage.version

    def _is_view(self) -> bool:
        return self._base is not None

    def _refresh_view(self) -> None:
        """A view of memory that was written to gets the history that its base has now."""
        if self._seen != self._storage.version:
            minitorch.ops.inplace.regenerate(self)

    @property
    def retains_grad(self) -> bool:
        """Whether retain_grad() was called on this non-leaf."""
        return self._retains_grad

    @property
    def data(self) -> "Tensor":
        """The same memory without history, and with a version counter of its own."""
        return minitorch.ops.autograd.data(self)

    @data.setter
    def data(self, value: "Tensor") -> None:
        minitorch.ops.autograd.set_data(self, value)

    def backward(self, gradient=None, retain_graph=None, create_graph=False, inputs=None) -> None:
        """Add the gradients of this tensor to the `.grad` of the leaves it was made from."""
        minitorch.autograd.backward(self, gradient, retain_graph, create_graph, inputs)

    def detach(self) -> "Tensor":
        """The same memory without history."""
        return minitorch.ops.shape.detach(self)

    def detach_(self) -> "Tensor":
        """Forget the history; returns self."""
        return minitorch.ops.autograd.detach_(self)

    def retain_grad(self) -> None:
        """Keep `.grad` for this non-leaf too."""
        minitorch.ops.autograd.retain_grad(self)

    def register_hook(self, hook):
        """Call `hook(grad)` when the gradient is known; it may return another one."""
        return minitorch.ops.autograd.register_hook(self, hook)

    def register_post_accumulate_grad_hook(self, hook):
        """Call `hook(tensor)` after `.grad` of this leaf was written."""
        return minitorch.ops.autograd.register_post_accumulate_grad_hook(self, hook)

    def _alias(self) -> "Tensor":
        return minitorch.ops.shape.alias(self)

    def _dense_strides(self) -> tuple[int, ...]:
        return minitorch.ops.creation.dense_strides(self)


def wrap(array: np.ndarray) -> Tensor:
    """A Tensor of a fresh array, which becomes its storage."""
    tensor = _new(Tensor)
    if type(array) is not ndarray:
        if isinstance(array, np.generic):  # what NumPy makes of an element of an array without dimensions
            array = np.asarray(array)
        tensor.kernels = kernels_of(array)
    tensor.array = array
    tensor._storage = storage = _new(Storage)  # without its __init__: a third of the time of this line
    storage.array = array
    return tensor


_new = object.__new__
ndarray = np.ndarray


def contiguous_strides(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The strides of a row-major tensor, in elements; a dimension of size 0 counts as 1, as in PyTorch."""
    strides = []
    step = 1
    for size in reversed(shape):
        strides.append(step)
        step *= max(size, 1)
    return tuple(reversed(strides))
