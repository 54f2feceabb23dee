"""Functions of functions: gradients, Jacobians, batches. PyTorch: torch/func/__init__.py."""

from minitorch.func.functional_call import functional_call as functional_call
from minitorch.func.functional_call import stack_module_state as stack_module_state
from minitorch.func.jacobians import hessian as hessian
from minitorch.func.jacobians import jacfwd as jacfwd
from minitorch.func.jacobians import jacrev as jacrev
from minitorch.func.transforms import grad as grad
from minitorch.func.transforms import grad_and_value as grad_and_value
from minitorch.func.transforms import jvp as jvp
from minitorch.func.transforms import linearize as linearize
from minitorch.func.transforms import vjp as vjp
from minitorch.func.vmap import vmap as vmap
