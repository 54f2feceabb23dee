"""Whether operations are recorded: no_grad, enable_grad, set_grad_enabled. PyTorch: torch/autograd/grad_mode.py."""

import functools
import inspect
import threading


class _Mode(threading.local):
    """What each thread has of its own."""

    enabled = True  # whether operations are recorded
    saved_hooks: tuple = ()  # (pack, unpack) of saved_tensors_hooks, the innermost last
    hooks_disabled: str | None = None  # the refusal of disable_saved_tensors_hooks
    task = None  # the backward pass that runs
    evaluating = None  # in anomaly mode, the node whose derivative runs


mode = _Mode()


class _Anomaly:
    """One setting for all threads, as in PyTorch. See anomaly_mode.py."""

    enabled = False
    check_nan = True


anomaly = _Anomaly()

# Functions that see every recorded node while a mode is on, in any thread. Empty nearly always: Function.apply asks
# only that.
watchers: list = []


def watch(function) -> None:
    """Show recorded nodes to a function from now on."""
    watchers.append(function)


def unwatch(function) -> None:
    """Undo one watch()."""
    if function in watchers:
        watchers.remove(function)


def is_grad_enabled() -> bool:
    """Whether this thread records operations. PyTorch: torch.is_grad_enabled."""
    return mode.enabled


class _Switch:
    """A context manager that sets the mode; also a decorator, for functions and generator functions."""

    __slots__ = ("before", "wanted")

    def __init__(self, wanted: bool):
        self.wanted = wanted
        self.before = True

    def __enter__(self) -> None:
        self.before = mode.enabled
        mode.enabled = self.wanted

    def __exit__(self, *unused) -> None:
        mode.enabled = self.before

    def __call__(self, function):
        wanted = self.wanted
        if inspect.isgeneratorfunction(function):
            return _generator_in_mode(function, wanted)

        @functools.wraps(function)
        def in_mode(*args, **kwargs):
            with _Switch(wanted):
                return function(*args, **kwargs)

        return in_mode


def _generator_in_mode(function, wanted: bool):
    """The mode holds while the generator runs, not while its caller does."""

    @functools.wraps(function)
    def in_mode(*args, **kwargs):
        generator = function(*args, **kwargs)
        resume, answer = generator.send, None
        try:
            while True:
                with _Switch(wanted):
                    value = resume(answer)
                try:
                    answer = yield value
                    resume = generator.send
                except GeneratorExit:
                    with _Switch(wanted):
                        generator.close()
                    raise
                except BaseException as error:
                    resume, answer = generator.throw, error
        except StopIteration as stop:
            return stop.value

    return in_mode


class no_grad(_Switch):
    """Operations inside are not recorded. PyTorch: torch.no_grad."""

    __slots__ = ()

    def __new__(cls, function=None):
        switch = super().__new__(cls)
        if function is None:
            return switch
        _Switch.__init__(switch, False)  # used as a bare decorator: @no_grad
        return switch(function)

    def __init__(self, function=None):
        super().__init__(False)


class enable_grad(_Switch):
    """Operations inside are recorded, also within no_grad. PyTorch: torch.enable_grad."""

    __slots__ = ()

    def __new__(cls, function=None):
        switch = super().__new__(cls)
        if function is None:
            return switch
        _Switch.__init__(switch, True)
        return switch(function)

    def __init__(self, function=None):
        super().__init__(True)


class set_grad_enabled(_Switch):
    """Sets the mode at once; as a context manager, restores it at the end. PyTorch: torch.set_grad_enabled."""

    __slots__ = ()

    def __init__(self, mode_wanted: bool):
        super().__init__(mode_wanted)
        self.before = mode.enabled
        mode.enabled = mode_wanted

    def __enter__(self) -> None:
        mode.enabled = self.wanted

    def __call__(self, function):
        mode.enabled = self.before  # as a decorator it changes nothing here
        return super().__call__(function)


class inference_mode(_Switch):
    """As no_grad; tensors made inside are ordinary tensors here. PyTorch: torch.inference_mode."""

    __slots__ = ()

    def __new__(cls, mode=True):
        if callable(mode):
            return cls(True)(mode)
        return super().__new__(cls)

    def __init__(self, mode: bool = True):
        super().__init__(not mode)
        self.wanted = not mode
