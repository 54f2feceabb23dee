"""Methods that write into the tensor, each one line. PyTorch: torch/_C/__init__.pyi (TensorBase), torch/_tensor.py."""

import minitorch


class InPlace:
    """`x.add_(y)` is an operation on x; its docstring stands there."""

    def add_(self, other, *, alpha=1):
        """See `minitorch.ops.inplace.add_`."""
        return minitorch.ops.inplace.add_(self, other, alpha=alpha)

    def sub_(self, other, *, alpha=1):
        """See `minitorch.ops.inplace.sub_`."""
        return minitorch.ops.inplace.sub_(self, other, alpha=alpha)

    def mul_(self, other):
        """See `minitorch.ops.inplace.mul_`."""
        return minitorch.ops.inplace.mul_(self, other)

    def div_(self, other, *, rounding_mode=None):
        """See `minitorch.ops.inplace.div_`."""
        return minitorch.ops.inplace.div_(self, other, rounding_mode=rounding_mode)

    def pow_(self, other):
        """See `minitorch.pow`."""
        return write(self, minitorch.pow, other)

    def remainder_(self, other):
        """See `minitorch.remainder`."""
        return write(self, minitorch.remainder, other)

    def floor_divide_(self, other):
        """See `minitorch.floor_divide`."""
        return minitorch.ops.inplace.floor_divide_(self, other)

    def fmod_(self, other):
        """See `minitorch.fmod`."""
        return write(self, minitorch.fmod, other)

    def neg_(self):
        """See `minitorch.neg`."""
        return write(self, minitorch.neg)

    def abs_(self):
        """See `minitorch.abs`."""
        return write(self, minitorch.abs)

    def exp_(self):
        """See `minitorch.exp`."""
        return write(self, minitorch.exp)

    def log_(self):
        """See `minitorch.log`."""
        return write(self, minitorch.log)

    def sqrt_(self):
        """See `minitorch.sqrt`."""
        return write(self, minitorch.sqrt)

    def rsqrt_(self):
        """See `minitorch.rsqrt`."""
        return write(self, minitorch.rsqrt)

    def reciprocal_(self):
        """See `minitorch.reciprocal`."""
        return write(self, minitorch.reciprocal)

    def square_(self):
        """See `minitorch.square`."""
        return write(self, minitorch.square)

    def sin_(self):
        """See `minitorch.sin`."""
        return write(self, minitorch.sin)

    def cos_(self):
        """See `minitorch.cos`."""
        return write(self, minitorch.cos)

    def tanh_(self):
        """See `minitorch.tanh`."""
        return write(self, minitorch.tanh)

    def sigmoid_(self):
        """See `minitorch.sigmoid`."""
        return write(self, minitorch.sigmoid)

    def relu_(self):
        """See `minitorch.relu`."""
        return write(self, minitorch.relu)

    def floor_(self):
        """See `minitorch.floor`."""
        return write(self, minitorch.floor)

    def ceil_(self):
        """See `minitorch.ceil`."""
        return write(self, minitorch.ceil)

    def round_(self, *, decimals=0):
        """See `minitorch.round`."""
        minitorch.ops.writable.check(self)
        return minitorch.ops.inplace.assign(self, minitorch.round(self, decimals=decimals))

    def trunc_(self):
        """See `minitorch.trunc`."""
        return write(self, minitorch.trunc)

    def sign_(self):
        """See `minitorch.sign`."""
        return write(self, minitorch.sign)

    def clamp_(self, min=None, max=None):
        """See `minitorch.clamp`."""
        return write(self, minitorch.clamp, min, max)

    def fill_(self, value):
        """See `minitorch.ops.inplace.fill_`."""
        return minitorch.ops.inplace.fill_(self, value)

    def zero_(self):
        """See `minitorch.ops.inplace.zero_`."""
        return minitorch.ops.inplace.zero_(self)

    def copy_(self, src, non_blocking=False):
        """See `minitorch.ops.inplace.copy_`."""
        return minitorch.ops.inplace.copy_(self, src, non_blocking)

    def t_(self):
        """See `minitorch.ops.shape.t`."""
        return minitorch.ops.inplace.show(self, minitorch.ops.shape.t(self))

    def transpose_(self, dim0, dim1):
        """See `minitorch.ops.shape.transpose`."""
        return minitorch.ops.inplace.show(self, minitorch.ops.shape.transpose(self, dim0, dim1))

    swapaxes_ = swapdims_ = transpose_

    def as_strided_(self, size, stride, storage_offset=None):
        """See `minitorch.ops.strided.as_strided`."""
        return minitorch.ops.inplace.show(self, minitorch.as_strided(self, size, stride, storage_offset))

    def squeeze_(self, dim=None):
        """See `minitorch.ops.shape.squeeze`."""
        return minitorch.ops.inplace.show(self, minitorch.ops.shape.squeeze(self, dim))

    def resize_(self, *sizes, memory_format=None):
        """See `minitorch.ops.out.resize_`."""
        return minitorch.ops.out.resize_(self, *sizes, memory_format=memory_format)

    def resize_as_(self, the_template, *, memory_format=None):
        """See `minitorch.ops.out.resize_as_`."""
        return minitorch.ops.out.resize_as_(self, the_template, memory_format=memory_format)

    def unsqueeze_(self, dim):
        """See `minitorch.ops.shape.unsqueeze`."""
        return minitorch.ops.inplace.show(self, minitorch.ops.shape.unsqueeze(self, dim))

    def uniform_(self, from_=0, to=1, *, generator=None):
        """See `minitorch.ops.distributions.uniform_`."""
        return minitorch.ops.distributions.uniform_(self, from_, to, generator=generator)

    def normal_(self, mean=0, std=1, *, generator=None):
        """See `minitorch.ops.distributions.normal_`."""
        return minitorch.ops.distributions.normal_(self, mean, std, generator=generator)

    def random_(self, *bounds, generator=None, **named):
        """See `minitorch.ops.distributions.random_`."""
        return minitorch.ops.distributions.random_(self, *bounds, generator=generator, **named)

    def bernoulli_(self, p=0.5, *, generator=None):
        """See `minitorch.ops.distributions.bernoulli_`."""
        return minitorch.ops.distributions.bernoulli_(self, p, generator=generator)

    def exponential_(self, lambd=1, *, generator=None):
        """See `minitorch.ops.distributions.exponential_`."""
        return minitorch.ops.distributions.exponential_(self, lambd, generator=generator)

    def geometric_(self, p, *, generator=None):
        """See `minitorch.ops.distributions.geometric_`."""
        return minitorch.ops.distributions.geometric_(self, p, generator=generator)

    def cauchy_(self, median=0, sigma=1, *, generator=None):
        """See `minitorch.ops.distributions.cauchy_`."""
        return minitorch.ops.distributions.cauchy_(self, median, sigma, generator=generator)

    def log_normal_(self, mean=1, std=2, *, generator=None):
        """See `minitorch.ops.distributions.log_normal_`."""
        return minitorch.ops.distributions.log_normal_(self, mean, std, generator=generator)

    def bernoulli(self, p=None, *, generator=None):
        """See `minitorch.bernoulli`."""
        return minitorch.bernoulli(self, p, generator=generator)

    def multinomial(self, num_samples, replacement=False, *, generator=None):
        """See `minitorch.multinomial`."""
        return minitorch.multinomial(self, num_samples, replacement, generator=generator)

    def apply_(self, callable):
        """See `minitorch.ops.apply.apply_`."""
        return minitorch.ops.apply.apply_(self, callable)

    def map_(self, tensor, callable):
        """See `minitorch.ops.apply.map_`."""
        return minitorch.ops.apply.map_(self, tensor, callable)


def write(tensor, function, *arguments, **options):
    """`function(tensor, *arguments, **options)`, written into the tensor."""
    minitorch.ops.inplace.check(tensor, *arguments)
    for each in arguments:
        if isinstance(each, minitorch.Tensor):
            minitorch.ops.inplace.check_overlap(tensor, each)
    return minitorch.ops.inplace.assign(tensor, function(tensor, *arguments, **options))


def write_number(tensor, function, other):
    """As write, of a function whose result has the dtype of both operands: one that the tensor cannot hold is refused first."""
    other = minitorch.ops.promotion.operand(other, function.__name__)
    minitorch.ops.inplace.check_castable(minitorch.result_type(tensor, other), tensor.dtype)
    return write(tensor, function, other)
