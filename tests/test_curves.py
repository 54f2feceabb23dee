"""Small networks drawn at random, trained from one seed in both libraries. PyTorch: test/test_optim.py.

MINITORCH_TEST_EXAMPLES=500 draws many more.
"""

import dataclasses
import math

import numpy as np
import places
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import minitorch

torch = pytest.importorskip("torch", reason="torch is not installed: there is nothing to compare with")

pytestmark = pytest.mark.usefixtures("device")

STEPS = 3 if places.SIMULATED else 10
CLASSES = 3
SMOOTH = ["Tanh", "Sigmoid", "GELU", "SiLU", "Softplus", "ELU", "Mish", "Identity"]
KINKED = ["ReLU", "LeakyReLU", "Hardtanh", "PReLU", "ReLU6"]


@dataclasses.dataclass
class Program:
    """All that a run depends on. A layer is the name of its class and its arguments."""

    kind: str  # what goes in: "vector", "image" or "sequence"
    shape: tuple[int, ...]  # of one example
    layers: list[tuple[str, tuple, dict]]
    optimizer: tuple[str, dict]
    schedule: tuple[str, dict] | None
    batch_size: int
    smoothing: float
    clip: float | None
    seed: int

    @property
    def drops(self) -> bool:
        """Whether random numbers are drawn in training."""
        return any("Dropout" in name or options.get("dropout") for name, _, options in self.layers)

    @property
    def tolerances(self) -> list[float]:
        """How far a loss (about 1) may be from PyTorch's at each step; measured where masks can flip near zero."""
        names = {name for name, _, _ in self.layers}
        if self.kind == "image" and names & {*KINKED, "MaxPool2d"}:
            return ([1e-6] + [2e-6] * 4 + [1e-4] * 5)[:STEPS]
        return [1e-6] * STEPS


def train(library, program: Program, moved: int | None = None) -> tuple[list[float], bytes]:
    """The losses, and the state of the generator at the end. `moved`: each initial weight by its last bit, up or down."""
    library.manual_seed(program.seed)
    nn, data = library.nn, library.utils.data
    body = nn.Sequential(*[getattr(nn, name)(*args, **options) for name, args, options in program.layers])
    model = Last(library, body) if program.kind == "sequence" else body
    if moved is not None:
        rng = np.random.default_rng(moved)
        for each in model.parameters():
            values = each.detach().numpy()
            values[...] = np.nextafter(values, np.where(rng.random(values.shape) < 0.5, -9, 9).astype(np.float32))
    body.to(places.of(library))
    name, options = program.optimizer
    optimizer = getattr(library.optim, name)(model.parameters(), **options)
    schedule = None
    if program.schedule is not None:
        schedule = getattr(library.optim.lr_scheduler, program.schedule[0])(optimizer, **program.schedule[1])
    rng = np.random.default_rng(program.seed)
    inputs = library.from_numpy(rng.standard_normal((40, *program.shape)).astype(np.float32))
    targets = library.from_numpy(rng.integers(0, CLASSES, 40))
    loader = data.DataLoader(data.TensorDataset(inputs, targets), program.batch_size, shuffle=True, drop_last=True)
    criterion = nn.CrossEntropyLoss(label_smoothing=program.smoothing)
    losses = []
    while len(losses) < STEPS:
        for x, y in loader:
            optimizer.zero_grad()
            loss = criterion(model(places.here(library, x)), places.here(library, y))
            loss.backward()
            if program.clip is not None:
                nn.utils.clip_grad_norm_(model.parameters(), program.clip)
            optimizer.step()
            if schedule is not None:
                schedule.step()
            losses.append(loss.item())
            if len(losses) == STEPS:
                break
    return losses, library.get_rng_state().numpy().tobytes()


class Last:
    """Classes from the last step of a recurrent layer: the body's first, the others follow."""

    def __init__(self, library, body):
        self.recurrent, self.rest = body[0], body[1:]
        self.body = body

    def __call__(self, x):
        return self.rest(self.recurrent(x)[0][:, -1])

    def parameters(self):
        return self.body.parameters()


# ---- What is drawn ----


def one_of(**options):
    """A dictionary with one of the given values under each name."""
    return st.fixed_dictionaries({name: st.sampled_from(values) for name, values in options.items()})


OPTIMIZERS = {
    "SGD": one_of(lr=[0.01, 0.1], momentum=[0.9, 0.5], nesterov=[False, True], weight_decay=[0, 0.01]),
    "Adam": one_of(lr=[1e-3, 1e-2], betas=[(0.9, 0.999), (0.5, 0.9)], weight_decay=[0, 0.1], amsgrad=[False, True]),
    "AdamW": one_of(lr=[1e-3, 1e-2], eps=[1e-8, 1e-4], weight_decay=[0, 0.1], amsgrad=[False, True]),
    "NAdam": one_of(lr=[1e-3, 1e-2], momentum_decay=[4e-3, 0.1], decoupled_weight_decay=[False, True]),
    "RAdam": one_of(lr=[1e-3, 1e-2], weight_decay=[0, 0.1], decoupled_weight_decay=[False, True]),
    "Adamax": one_of(lr=[1e-3, 1e-2], betas=[(0.9, 0.999), (0.5, 0.9)], weight_decay=[0, 0.1]),
    "RMSprop": one_of(lr=[1e-3], alpha=[0.99, 0.5], momentum=[0, 0.9], centered=[False, True], weight_decay=[0, 0.1]),
    "Adagrad": one_of(lr=[0.01], lr_decay=[0, 0.1], initial_accumulator_value=[0, 0.1], weight_decay=[0, 0.1]),
    "Adadelta": one_of(lr=[1.0, 0.5], rho=[0.9, 0.5], weight_decay=[0, 0.1]),
    "ASGD": one_of(lr=[0.01], lambd=[1e-4, 0.1], t0=[0, 5, 1e6], weight_decay=[0, 0.1]),
    "Rprop": one_of(lr=[0.001, 0.01], etas=[(0.5, 1.2), (0.3, 1.5)]),
    "Adafactor": one_of(lr=[0.01], weight_decay=[0, 0.1]),
}
SCHEDULES = {
    "StepLR": one_of(step_size=[2, 3], gamma=[0.5]),
    "CosineAnnealingLR": one_of(T_max=[5, 20]),
    "ExponentialLR": one_of(gamma=[0.9]),
    "LinearLR": one_of(start_factor=[0.5], total_iters=[4]),
    "CosineAnnealingWarmRestarts": one_of(T_0=[3], T_mult=[1, 2]),
}


@st.composite
def programs(draw) -> Program:
    kind = draw(st.sampled_from(["vector", "image", "sequence"]))
    shape, layers = draw({"vector": vectors, "image": images, "sequence": sequences}[kind]())
    optimizer = draw(st.sampled_from(sorted(OPTIMIZERS)))
    schedule = draw(st.sampled_from([None, *SCHEDULES]))
    return Program(
        kind,
        shape,
        layers,
        (optimizer, draw(OPTIMIZERS[optimizer])),
        schedule and (schedule, draw(SCHEDULES[schedule])),
        draw(st.sampled_from([4, 7, 16])),
        draw(st.sampled_from([0.0, 0.1])),
        draw(st.sampled_from([None, None, 0.5])),
        draw(st.integers(0, 1000)),
    )


@st.composite
def vectors(draw):
    width = draw(st.integers(2, 20))
    shape, layers = (width,), []
    for _ in range(draw(st.integers(1, 3))):
        wider = draw(st.integers(2, 40))
        layers.append(("Linear", (width, wider), {"bias": draw(st.booleans())}))
        layers += draw(after(wider, [("BatchNorm1d", (wider,)), ("LayerNorm", (wider,)), ("RMSNorm", (wider,))], "Dropout"))
        width = wider
    return shape, [*layers, ("Linear", (width, CLASSES), {})]


@st.composite
def images(draw):
    channels, side = draw(st.integers(1, 3)), draw(st.integers(6, 10))
    shape, layers = (channels, side, side), []
    for _ in range(draw(st.integers(1, 2))):
        kernel, wider = draw(st.integers(1, min(3, side))), draw(st.sampled_from([2, 4, 6]))
        stride, padding = draw(st.integers(1, 2)), draw(st.integers(0, 1))
        options = {"stride": stride, "padding": padding, "bias": draw(st.booleans())}
        options["padding_mode"] = draw(st.sampled_from(["zeros", "zeros", "reflect", "circular"] if side > 1 else ["zeros"]))
        layers.append(("Conv2d", (channels, wider, kernel), options))
        side, channels = (side + 2 * padding - kernel) // stride + 1, wider
        norms = [("BatchNorm2d", (wider,)), ("GroupNorm", (2, wider)), ("InstanceNorm2d", (wider,))]
        layers += draw(after(wider, norms if side > 1 else norms[:1], "Dropout2d"))
        if side >= 4:
            pool = draw(st.sampled_from([None, "MaxPool2d", "AvgPool2d"]))
            layers += [(pool, (2,), {})] if pool else []
            side = side // 2 if pool else side
    return shape, [*layers, ("Flatten", (), {}), ("Linear", (channels * side * side, CLASSES), {})]


@st.composite
def sequences(draw):
    steps, width, hidden = draw(st.integers(1, 6)), draw(st.integers(1, 6)), draw(st.integers(2, 10))
    kind, both = draw(st.sampled_from(["RNN", "GRU", "LSTM"])), draw(st.booleans())
    options = {"batch_first": True, "bidirectional": both, "num_layers": draw(st.integers(1, 2))}
    if options["num_layers"] == 2:
        options["dropout"] = draw(st.sampled_from([0.0, 0.3]))
    width_out = hidden * (1 + both)
    layers = [(kind, (width, hidden), options), *draw(after(width_out, [("LayerNorm", (width_out,))], "Dropout"))]
    return (steps, width), [*layers, ("Linear", (width_out, CLASSES), {})]


@st.composite
def after(draw, width: int, norms: list, dropout: str):
    """What follows a layer: a normalisation, an activation, dropout; each may be missing."""
    layers = []
    norm = draw(st.sampled_from([None, *norms]))
    if norm is not None:
        layers.append((*norm, {}))
    layers.append((draw(st.sampled_from([*KINKED[:1], *SMOOTH, *KINKED[1:]])), (), {}))
    rate = draw(st.sampled_from([0.0, 0.0, 0.25]))
    return layers + ([(dropout, (rate,), {})] if rate else [])


# ---- The property ----


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Two pools of threads on busy cores wait for each other: PyTorch took 40 times as long."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@given(programs())
def test_both_libraries_train_alike(program):
    """Ten losses within the tolerances or PyTorch's own noise, and the same random numbers used.

    The noise is what PyTorch's losses do when every initial weight moves by its last bit: a network amplifies rounding
    as it likes (a bias before a batch norm has no gradient but rounding, and Adam makes a whole step of it).
    """
    # Where the libraries' generators differ, so do the elements that are dropped.
    assume(not places.other_numbers() or not program.drops)
    theirs, state = train(torch, program)
    ours, own_state = train(minitorch, program)
    assert own_state == state
    wrong = differing(program, ours, theirs, [0.0] * STEPS)
    if wrong:
        noise = np.zeros(STEPS)
        for moved in range(5):
            others, _ = train(torch, program, moved)
            noise = np.maximum(noise, np.abs(np.subtract(others, theirs)))
        wrong = differing(program, ours, theirs, np.maximum.accumulate(np.nan_to_num(noise, nan=math.inf)))
    assert not wrong, "\n".join([f"{program}", *wrong])


def differing(program: Program, ours: list[float], theirs: list[float], noise) -> list[str]:
    """The steps at which the losses are too far apart."""
    wrong = []
    for step, (mine, other) in enumerate(zip(ours, theirs)):
        allowed = max(program.tolerances[step] * max(1, abs(other)), 4 * noise[step])
        same = mine == other or (math.isnan(mine) and math.isnan(other))
        if not same and not abs(mine - other) <= allowed:
            wrong.append(f"step {step + 1}: {mine!r} and {other!r}, {abs(mine - other):.1e} apart, allowed {allowed:.1e}")
    return wrong
