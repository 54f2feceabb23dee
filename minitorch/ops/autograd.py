"""What a tensor does about its history: flags, hooks, data. PyTorch: torch/csrc/autograd/python_variable.cpp, variable.cpp."""

import warnings
import weakref
from collections.abc import Callable

from minitorch import types
from minitorch._storage import Storage
from minitorch._tensor import Tensor
from minitorch.autograd.node import add_hook, next_number
from minitorch.ops.shape import detach


def set_requires_grad(input: Tensor, value: bool) -> None:
    """Raises RuntimeError for non-leaves and dtypes that are not floating point. PyTorch: Tensor.requires_grad."""
    if type(value) is not bool:
        raise RuntimeError("requires_grad must be a bool")
    if input._grad_fn is not None:
        advice = (
            ""
            if value
            else " If you want to use a computed variable in a subgraph that doesn't require differentiation use "
            "var_no_grad = var.detach()."
        )
        raise RuntimeError(f"you can only change requires_grad flags of leaf variables.{advice}")
    if value and input.array.dtype.kind != "f":
        raise RuntimeError("only Tensors of floating point and complex dtype can require gradients")
    input._requires_grad = value


def requires_grad_(input: Tensor, requires_grad: bool) -> Tensor:
    """The same as a method, which lets a non-leaf stay as it is. PyTorch: Tensor.requires_grad_."""
    if type(requires_grad) is not bool:
        raise TypeError(
            "requires_grad_(): argument 'requires_grad' (position 1) must be bool, not "
            f"{type(requires_grad).__name__}"
        )
    if requires_grad and input.array.dtype.kind != "f":
        raise RuntimeError("only Tensors of floating point dtype can require gradients")
    if not (requires_grad and input._grad_fn is not None):
        set_requires_grad(input, requires_grad)
    return input


def set_grad(input: Tensor, value: Tensor | None) -> None:
    """Raises RuntimeError for another shape or dtype. PyTorch: Tensor.grad."""
    if value is not None:
        if not isinstance(value, Tensor):
            raise TypeError(
                f"assigned grad expected to be a Tensor or None but got grad of type {type(value).__name__}"
            )
        if value is input:
            raise RuntimeError("can't assign Variable as its own grad")
        if value.array.dtype != input.array.dtype:
            raise RuntimeError(
                f"attempting to assign a gradient with dtype '{types.C_NAME[value.dtype]}' to a tensor with grad_dtype "
                f"'{types.SCALAR_NAME[input.dtype]}'. The gradient must match the tensor's grad_dtype (defaults to the "
                "tensor's dtype). You can set the tensor's grad_dtype attribute with a specific dtype, or None to allow "
                "any dtype. Set grad_dtype with caution. Diverging the dtypes of a tensor and its gradient may break "
                "downstream systems that assume they match."
            )
        if value.array.shape != input.array.shape:
            raise RuntimeError(
                f"attempting to assign a gradient of size '{list(value.array.shape)}' to a tensor of size "
                f"'{list(input.array.shape)}'. Please ensure that the gradient and the tensor are the same size"
            )
    input._grad = value


def warn_of_non_leaf() -> None:
    """Somebody asks a non-leaf for a gradient that it does not keep."""
    warnings.warn(
        "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be "
        "populated during autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf Tensor, "
        "use .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure you access "
        "the leaf Tensor instead. See github.com/pytorch/pytorch/pull/30531 for more information.",
        UserWarning,
        stacklevel=3,
    )


def data(input: Tensor) -> Tensor:
    """The same memory, without history and with a version counter of its own. PyTorch: Tensor.data."""
    alias = detach(input)
    alias._storage = Storage(input._storage.array)
    return alias


def set_data(input: Tensor, value: Tensor) -> None:
    """Make the tensor show other memory. PyTorch: Tensor.data."""
    if not isinstance(value, Tensor):
        raise TypeError(f"Variable data has to be a tensor, but got {type(value).__name__}")
    if input._requires_grad and value.array.dtype.kind != "f":
        raise RuntimeError("data set to a tensor that requires gradients must be floating point or complex dtype")
    input.array = value.array
    input.kernels = value.kernels
    input._storage = value._storage
    input._stride = value._stride
    input._offset = value._offset
    input._accumulator = None


def detach_(input: Tensor) -> Tensor:
    """Forget the history. Raises RuntimeError for a view. PyTorch: Tensor.detach_."""
    if input._base is not None:
        raise RuntimeError(
            "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel (DDP) for "
            "training, and gradient_as_bucket_view is set as True, gradients are views of DDP buckets, and hence "
            "detach_() cannot be called on these gradients. To fix this error, please refer to the "
            "Optimizer.zero_grad() function in torch/optim/optimizer.py as the solution."
        )
    if input._grad_fn is not None:
        input._detached = next_number()
    input._grad_fn = None
    input._output_nr = 0
    input._requires_grad = False
    return input


def retain_grad(input: Tensor) -> None:
    """Keep the gradient of a non-leaf in `.grad`. PyTorch: Tensor.retain_grad."""
    if not input.requires_grad:
        raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
    if input._grad_fn is None or input._retains_grad:
        return
    node = input.grad_fn
    input._retains_grad = True
    node._retained = (*node._retained, (input._output_nr, weakref.ref(input)))


def register_hook(input: Tensor, hook: Callable):
    """Call `hook(grad)` when the gradient of this tensor is known. PyTorch: Tensor.register_hook."""
    if not input.requires_grad:
        raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
    node = input.grad_fn
    if node is None:
        return add_hook(input, "_backward_hooks", (0, hook))
    return add_hook(node, "_tensor_hooks", (input._output_nr, hook))


def register_post_accumulate_grad_hook(input: Tensor, hook: Callable):
    """Call `hook(tensor)` after its `.grad` was written. PyTorch: Tensor.register_post_accumulate_grad_hook."""
    if not input.requires_grad:
        raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
    if input.grad_fn is not None:
        raise RuntimeError("post accumulate grad hooks cannot be registered on non-leaf tensors")
    return add_hook(input, "_post_accumulate_grad_hooks", hook)


def deepcopy(input: Tensor, memo: dict) -> Tensor:
    """A leaf in memory of its own; tensors that shared memory share it in the copy. PyTorch: Tensor.__deepcopy__."""
    if id(input) in memo:
        return memo[id(input)]
    if input.grad_fn is not None:
        raise RuntimeError(
            "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment.  "
            "If you were attempting to deepcopy a module, this may be because of a torch.nn.utils.weight_norm usage, see "
            "https://github.com/pytorch/pytorch/pull/103001"
        )
    storage = memo.get(id(input._storage))
    if storage is None:
        memo[id(input._storage)] = storage = Storage(input._storage.bytes.copy())
    result = object.__new__(type(input))
    result._storage = storage
    result._stride, result._offset = input.stride(), input._offset
    result.array = input.kernels.window(
        storage.bytes, input.array.dtype, input.array.shape, result._stride, result._offset
    )
    result._requires_grad = input._requires_grad
    result.__dict__.update({name: value for name, value in input.__dict__.items() if not name.startswith("_")
                            and name != "array"})
    memo[id(input)] = result
    if input._grad is not None:
        result._grad = deepcopy(input._grad, memo)
    return result
