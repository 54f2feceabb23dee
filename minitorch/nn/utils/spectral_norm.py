"""Spectral normalisation by a hook, the older form. PyTorch: torch/nn/utils/spectral_norm.py."""

from minitorch._tensor import Tensor
from minitorch.autograd.grad_mode import no_grad
from minitorch.nn import functional as F
from minitorch.nn.modules.module import Module
from minitorch.nn.parameter import Parameter, UninitializedParameter
from minitorch.nn.utils.parametrizations import output_dim
from minitorch.ops.matmul import dot, mv


def spectral_norm(
    module: Module, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> Module:
    """Divide the weight by its largest singular value before every forward; what it was is `<name>_orig`.

    As in parametrizations.spectral_norm, but from the random vectors `<name>_u` and `<name>_v` as they are.
    PyTorch: torch.nn.utils.spectral_norm.
    """
    if any(isinstance(hook, SpectralNorm) and hook.name == name for hook in module._forward_pre_hooks.values()):
        raise RuntimeError(f"Cannot register two spectral_norm hooks on the same parameter {name}")
    hook = SpectralNorm(name, n_power_iterations, output_dim(module) if dim is None else dim, eps)
    weight = module._parameters[name]
    if weight is None:
        raise ValueError(f"`SpectralNorm` cannot be applied as parameter `{name}` is None")
    if isinstance(weight, UninitializedParameter):
        raise ValueError(
            "The module passed to `SpectralNorm` can't have uninitialized parameters. Make sure to run the dummy forward "
            "before applying spectral normalization"
        )
    with no_grad():
        vectors = [weight.new_empty(size).normal_(0, 1) for size in hook.matrix(weight).shape]
        u, v = (F.normalize(each, dim=0, eps=eps) for each in vectors)
    delattr(module, name)
    module.register_parameter(f"{name}_orig", weight)
    module.__setattr__(name, weight.data)
    module.register_buffer(f"{name}_u", u)
    module.register_buffer(f"{name}_v", v)
    module.register_forward_pre_hook(hook)
    module._register_state_dict_hook(SpectralNormStateDictHook(hook))
    return module


def remove_spectral_norm(module: Module, name: str = "weight") -> Module:
    """Make the normalised weight a parameter again. PyTorch: torch.nn.utils.remove_spectral_norm."""
    found = [each for each in module._forward_pre_hooks.items() if isinstance(each[1], SpectralNorm) and each[1].name == name]
    if not found:
        raise ValueError(f"spectral_norm of '{name}' not found in {module}")
    [(key, hook)] = found
    with no_grad():
        weight = hook.compute_weight(module, False)
    for each in (name, f"{name}_u", f"{name}_v", f"{name}_orig"):
        delattr(module, each)
    module.register_parameter(name, Parameter(weight.detach()))
    del module._forward_pre_hooks[key]
    for key, (each, _) in list(module._state_dict_hooks.items()):
        if isinstance(each, SpectralNormStateDictHook) and each.hook is hook:
            del module._state_dict_hooks[key]
    return module


class SpectralNorm:
    """The hook. PyTorch: torch.nn.utils.spectral_norm.SpectralNorm."""

    _version = 1

    def __init__(self, name: str = "weight", n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12):
        if n_power_iterations <= 0:
            raise ValueError(
                f"Expected n_power_iterations to be positive, but got n_power_iterations={n_power_iterations}"
            )
        self.name = name
        self.n_power_iterations = n_power_iterations
        self.dim = dim
        self.eps = eps

    def matrix(self, weight: Tensor) -> Tensor:
        """The weight as a matrix, one row for each index of `dim`."""
        if self.dim != 0:
            weight = weight.permute(self.dim, *[each for each in range(weight.dim()) if each != self.dim])
        return weight.reshape(weight.size(0), -1)

    def compute_weight(self, module: Module, do_power_iteration: bool) -> Tensor:
        """The weight divided by its largest singular value."""
        weight, u, v = (getattr(module, f"{self.name}_{each}") for each in ("orig", "u", "v"))
        matrix = self.matrix(weight)
        if do_power_iteration:
            with no_grad():
                for _ in range(self.n_power_iterations):
                    F.normalize(mv(matrix.t(), u), dim=0, eps=self.eps, out=v)
                    F.normalize(mv(matrix, v), dim=0, eps=self.eps, out=u)
                u, v = u.clone(), v.clone()  # the next forward changes them, perhaps before this one's backward
        return weight / dot(u, mv(matrix, v))

    def __call__(self, module: Module, inputs) -> None:
        module.__setattr__(self.name, self.compute_weight(module, module.training))


class SpectralNormStateDictHook:
    """Notes the version in the state_dict's metadata. PyTorch: torch.nn.utils.spectral_norm.SpectralNormStateDictHook."""

    def __init__(self, hook: SpectralNorm):
        self.hook = hook

    def __call__(self, module: Module, state_dict: dict, prefix: str, local_metadata: dict) -> None:
        local_metadata.setdefault("spectral_norm", {})[f"{self.hook.name}.version"] = SpectralNorm._version
