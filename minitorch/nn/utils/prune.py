"""Weights set to zero by a mask. PyTorch: torch/nn/utils/prune.py.

A pruned parameter `weight` becomes the parameter `weight_orig`, the buffer `weight_mask`, and the attribute `weight`,
their product, which a hook makes before each forward pass.
"""

import abc
import numbers
from collections.abc import Iterable, Iterator

from minitorch._tensor import Tensor
from minitorch.nn.modules.module import Module
from minitorch.nn.utils.convert_parameters import parameters_to_vector
from minitorch.ops.creation import ones_like, zeros_like
from minitorch.ops.linalg import norm
from minitorch.ops.order import kthvalue
from minitorch.ops.random import rand, rand_like
from minitorch.ops.sort import topk


class BasePruningMethod(abc.ABC):
    """What a way to choose a mask is: subclasses have `compute_mask` and `PRUNING_TYPE`.

    The type says what `compute_mask` sees of a parameter that is already pruned: "unstructured" the entries left,
    "structured" the slices left along `dim`, "global" everything. PyTorch: torch.nn.utils.prune.BasePruningMethod.
    """

    _tensor_name: str

    def __call__(self, module: Module, inputs: tuple) -> None:
        module.__setattr__(self._tensor_name, self.apply_mask(module))

    @abc.abstractmethod
    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """Ones to keep and zeros to prune, of the shape of `t`, which scores its entries; on top of `default_mask`."""

    def apply_mask(self, module: Module) -> Tensor:
        """The parameter times its mask."""
        if self._tensor_name is None:
            raise AssertionError(f"Module {module} has to be pruned")
        original = getattr(module, self._tensor_name + "_orig")
        return getattr(module, self._tensor_name + "_mask").to(dtype=original.dtype) * original

    @classmethod
    def apply(cls, module: Module, name: str, *args, importance_scores: Tensor | None = None, **kwargs) -> "BasePruningMethod":
        """Prune the parameter `name`; once more if it is already pruned. Arguments are the class's own."""
        method = cls(*args, **kwargs)
        method._tensor_name = name
        method = _join(module, name, method)
        again = isinstance(method, PruningContainer)
        original = getattr(module, name)
        if importance_scores is not None and importance_scores.shape != original.shape:
            raise AssertionError(f"importance_scores should have the same shape as parameter {name} of {module}")
        scores = original if importance_scores is None else importance_scores
        if again:
            before = getattr(module, name + "_mask").detach().clone()
        else:
            module.register_parameter(name + "_orig", original)
            del module._parameters[name]
            before = ones_like(original)
        try:
            module.register_buffer(name + "_mask", method.compute_mask(scores, default_mask=before))
            module.__setattr__(name, method.apply_mask(module))
            module.register_forward_pre_hook(method)
        except Exception:
            if not again:
                module.register_parameter(name, module._parameters.pop(name + "_orig"))
            raise
        return method

    def prune(self, t: Tensor, default_mask: Tensor | None = None, importance_scores: Tensor | None = None) -> Tensor:
        """A tensor times the mask for it; no module is changed."""
        if importance_scores is not None and importance_scores.shape != t.shape:
            raise AssertionError("importance_scores should have the same shape as tensor t")
        scores = t if importance_scores is None else importance_scores
        mask = ones_like(t) if default_mask is None else default_mask
        return t * self.compute_mask(scores, default_mask=mask)

    def remove(self, module: Module) -> None:
        """Make the product the parameter; the caller takes the hook away."""
        name = self._tensor_name
        if name is None:
            raise AssertionError(f"Module {module} has to be pruned before pruning can be removed")
        product = self.apply_mask(module)
        if hasattr(module, name):
            module.__delattr__(name)
        original = module._parameters.pop(name + "_orig")
        original.data = product.data
        del module._buffers[name + "_mask"]
        module.__setattr__(name, original)


class PruningContainer(BasePruningMethod):
    """Methods that pruned one parameter in turn. PyTorch: torch.nn.utils.prune.PruningContainer."""

    def __init__(self, *args: BasePruningMethod):
        self._pruning_methods: tuple[BasePruningMethod, ...] = ()
        if len(args) == 1:
            self._tensor_name = args[0]._tensor_name
        for method in args:
            self.add_pruning_method(method)

    def add_pruning_method(self, method: BasePruningMethod | None) -> None:
        """Raises TypeError for what is none, ValueError for one of another parameter."""
        if not isinstance(method, BasePruningMethod) and method is not None:
            raise TypeError(f"{type(method)} is not a BasePruningMethod subclass")
        if method is not None and self._tensor_name != method._tensor_name:
            raise ValueError(
                "Can only add pruning methods acting on the parameter named "
                f"'{self._tensor_name}' to PruningContainer {self}. Found '{method._tensor_name}'"
            )
        self._pruning_methods += (method,)

    def __len__(self) -> int:
        return len(self._pruning_methods)

    def __iter__(self) -> Iterator[BasePruningMethod]:
        return iter(self._pruning_methods)

    def __getitem__(self, idx: int) -> BasePruningMethod:
        return self._pruning_methods[idx]

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """The mask so far, with what the last method prunes of what is left."""
        method = self._pruning_methods[-1]
        left = _left(method, t, default_mask)
        mask = default_mask.to(dtype=t.dtype)
        mask[left] = method.compute_mask(t[left], default_mask=default_mask[left]).to(dtype=mask.dtype)
        return mask


def _left(method: BasePruningMethod, t: Tensor, mask: Tensor):
    """The index of what a method may still prune."""
    everything = [slice(None)] * t.dim()
    if method.PRUNING_TYPE == "unstructured":
        return mask == 1
    if method.PRUNING_TYPE == "global":
        return tuple(everything)
    if method.PRUNING_TYPE != "structured":
        raise ValueError(f"Unrecognized PRUNING_TYPE {method.PRUNING_TYPE}")
    if not hasattr(method, "dim"):
        raise AttributeError('Pruning methods of PRUNING_TYPE "structured" need to have the attribute `dim` defined.')
    dim = method.dim + t.dim() if method.dim < 0 else method.dim
    if dim < 0:
        raise IndexError(f"Index is out of bounds for tensor with dimensions {t.dim()}")
    everything[dim] = mask.sum(dim=[each for each in range(t.dim()) if each != dim]) != 0
    return tuple(everything)


def _join(module: Module, name: str, method: BasePruningMethod) -> BasePruningMethod:
    """The method, or a container of it and what pruned the parameter before, whose hook is taken away."""
    earlier = [key for key, hook in module._forward_pre_hooks.items() if _prunes(hook, name)]
    if len(earlier) > 1:
        raise AssertionError(
            f"Avoid adding multiple pruning hooks to the same tensor {name} of module {module}. Use a PruningContainer."
        )
    if not earlier:
        return method
    old = module._forward_pre_hooks.pop(earlier[0])
    container = old if isinstance(old, PruningContainer) else PruningContainer(old)
    container.add_pruning_method(method)
    return container


def _prunes(hook, name: str) -> bool:
    return isinstance(hook, BasePruningMethod) and hook._tensor_name == name


# ---- Ways to choose ----


class Identity(BasePruningMethod):
    """A mask of ones: nothing is pruned yet. PyTorch: torch.nn.utils.prune.Identity."""

    PRUNING_TYPE = "unstructured"

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        return default_mask


class RandomUnstructured(BasePruningMethod):
    """Single entries at random. PyTorch: torch.nn.utils.prune.RandomUnstructured."""

    PRUNING_TYPE = "unstructured"

    def __init__(self, amount: int | float):
        _check_amount(amount)
        self.amount = amount

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        return _without_smallest(default_mask, self.amount, lambda: -rand_like(t))


class L1Unstructured(BasePruningMethod):
    """The entries nearest to 0. PyTorch: torch.nn.utils.prune.L1Unstructured."""

    PRUNING_TYPE = "unstructured"

    def __init__(self, amount: int | float):
        _check_amount(amount)
        self.amount = amount

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        return _without_smallest(default_mask, self.amount, t.abs)


class RandomStructured(BasePruningMethod):
    """Whole slices along `dim` at random. PyTorch: torch.nn.utils.prune.RandomStructured."""

    PRUNING_TYPE = "structured"

    def __init__(self, amount: int | float, dim: int = -1):
        _check_amount(amount)
        self.amount = amount
        self.dim = dim

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        count = _slices(t, self.dim, self.amount)
        if count == 0:
            return default_mask
        chance = rand(t.shape[self.dim])
        return _only(t, self.dim, chance > kthvalue(chance, count).values, default_mask)


class LnStructured(BasePruningMethod):
    """The slices along `dim` of the smallest n-norm. PyTorch: torch.nn.utils.prune.LnStructured."""

    PRUNING_TYPE = "structured"

    def __init__(self, amount: int | float, n: int | float | str, dim: int = -1):
        _check_amount(amount)
        self.amount = amount
        self.n = n
        self.dim = dim

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        count = _slices(t, self.dim, self.amount)
        if count == 0:
            return default_mask
        own = self.dim % t.dim()
        sizes = norm(t, p=self.n, dim=[each for each in range(t.dim()) if each != own])
        return _only(t, self.dim, topk(sizes, t.shape[self.dim] - count).indices, default_mask)


class CustomFromMask(BasePruningMethod):
    """A mask that is given. PyTorch: torch.nn.utils.prune.CustomFromMask."""

    PRUNING_TYPE = "global"

    def __init__(self, mask: Tensor):
        self.mask = mask

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        if default_mask.shape != self.mask.shape:
            raise AssertionError(f"the mask is {tuple(self.mask.shape)}, the parameter {tuple(default_mask.shape)}")
        return default_mask * self.mask.to(dtype=default_mask.dtype)


# ---- The same as functions: each returns the module ----


def identity(module: Module, name: str) -> Module:
    """Make a parameter ready to be pruned. PyTorch: torch.nn.utils.prune.identity."""
    Identity.apply(module, name)
    return module


def random_unstructured(module: Module, name: str, amount: int | float) -> Module:
    """Prune entries at random: a number of them or a fraction. PyTorch: torch.nn.utils.prune.random_unstructured."""
    RandomUnstructured.apply(module, name, amount)
    return module


def l1_unstructured(
    module: Module, name: str, amount: int | float, importance_scores: Tensor | None = None
) -> Module:
    """Prune the entries nearest to 0, or of the lowest scores. PyTorch: torch.nn.utils.prune.l1_unstructured."""
    L1Unstructured.apply(module, name, amount=amount, importance_scores=importance_scores)
    return module


def random_structured(module: Module, name: str, amount: int | float, dim: int) -> Module:
    """Prune slices along `dim` at random. PyTorch: torch.nn.utils.prune.random_structured."""
    RandomStructured.apply(module, name, amount, dim)
    return module


def ln_structured(
    module: Module,
    name: str,
    amount: int | float,
    n: int | float | str,
    dim: int,
    importance_scores: Tensor | None = None,
) -> Module:
    """Prune the slices along `dim` of the smallest n-norm. PyTorch: torch.nn.utils.prune.ln_structured."""
    LnStructured.apply(module, name, amount, n, dim, importance_scores=importance_scores)
    return module


def custom_from_mask(module: Module, name: str, mask: Tensor) -> Module:
    """Prune where a mask is 0. PyTorch: torch.nn.utils.prune.custom_from_mask."""
    CustomFromMask.apply(module, name, mask)
    return module


def global_unstructured(
    parameters: Iterable[tuple[Module, str]],
    pruning_method: type[BasePruningMethod],
    importance_scores: dict[tuple[Module, str], Tensor] | None = None,
    **kwargs,
) -> None:
    """Prune several parameters as if they were one. PyTorch: torch.nn.utils.prune.global_unstructured."""
    if not isinstance(parameters, Iterable):
        raise TypeError("global_unstructured(): parameters is not an Iterable")
    given = importance_scores if importance_scores is not None else {}
    if not isinstance(given, dict):
        raise TypeError("global_unstructured(): importance_scores must be of type dict")
    parameters = list(parameters)
    tensors = [getattr(module, name) for module, name in parameters]
    scores = parameters_to_vector([given.get(each, tensor) for each, tensor in zip(parameters, tensors)])
    before = parameters_to_vector(
        [getattr(module, name + "_mask", ones_like(tensor)) for (module, name), tensor in zip(parameters, tensors)]
    )
    method = pruning_method(**kwargs)
    method._tensor_name = "temp"
    if method.PRUNING_TYPE != "unstructured":
        raise TypeError(
            'Only "unstructured" PRUNING_TYPE supported for the `pruning_method`. '
            f"Found method {pruning_method} of type {method.PRUNING_TYPE}"
        )
    masks = PruningContainer(method).compute_mask(scores, before).split([each.numel() for each in tensors])
    for (module, name), tensor, mask in zip(parameters, tensors, masks):
        custom_from_mask(module, name, mask=mask.view_as(tensor))


def remove(module: Module, name: str) -> Module:
    """Make the pruned numbers the parameter. Raises ValueError if it is not pruned. PyTorch: torch.nn.utils.prune.remove."""
    for key, hook in module._forward_pre_hooks.items():
        if _prunes(hook, name):
            hook.remove(module)
            del module._forward_pre_hooks[key]
            return module
    raise ValueError(f"Parameter '{name}' of module {module} has to be pruned before pruning can be removed")


def is_pruned(module: Module) -> bool:
    """Whether a parameter of it, or of a module in it, is. PyTorch: torch.nn.utils.prune.is_pruned."""
    return any(
        isinstance(hook, BasePruningMethod) for each in module.modules() for hook in each._forward_pre_hooks.values()
    )


# ---- What they share ----


def _without_smallest(mask: Tensor, amount: int | float, scores) -> Tensor:
    """A copy of the mask with 0 at the smallest scores."""
    count = _count(amount, mask.numel())
    mask = mask.clone().contiguous()
    if count:
        mask.view(-1)[topk(scores().reshape(-1), count, largest=False).indices] = 0
    return mask


def _only(t: Tensor, dim: int, kept: Tensor, mask: Tensor) -> Tensor:
    """The mask, with zeros in all slices along `dim` but those of the index `kept`."""
    index = [slice(None)] * t.dim()
    index[dim] = kept
    chosen = zeros_like(t)
    chosen[tuple(index)] = 1
    return chosen.mul_(mask.to(dtype=chosen.dtype))


def _slices(t: Tensor, dim: int, amount: int | float) -> int:
    """How many slices along `dim` to prune."""
    if t.dim() <= 1:
        raise ValueError(
            "Structured pruning can only be applied to multidimensional tensors. "
            f"Found tensor of shape {t.shape} with {t.dim()} dims"
        )
    if dim >= t.dim():
        raise IndexError(f"Invalid index {dim} for tensor of size {t.shape}")
    return _count(amount, t.shape[dim])


def _count(amount: int | float, size: int) -> int:
    count = amount if isinstance(amount, numbers.Integral) else round(amount * size)
    if count > size:
        raise ValueError(f"amount={count} should be smaller than the number of parameters to prune={size}")
    return count


def _check_amount(amount: int | float) -> None:
    if not isinstance(amount, numbers.Real):
        raise TypeError(f"Invalid type for amount: {amount}. Must be int or float.")
    fits = amount >= 0 if isinstance(amount, numbers.Integral) else 0.0 <= float(amount) <= 1.0
    if not fits:
        raise ValueError(f"amount={amount} should either be a float in the range [0, 1] or a non-negative integer")
