"""profile: Python's own profiler, seen by operation. PyTorch: torch/profiler/profiler.py, torch/autograd/profiler.py."""

import contextlib
import enum
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    import cProfile

OPERATIONS = str(Path(__file__).parents[1] / "ops") + os.sep
"""Public functions of files in this folder are the operations: the rows of the table."""

_active: "list[profile]" = []


class ProfilerActivity(enum.Enum):
    """What is measured; here only the CPU. PyTorch: torch.profiler.ProfilerActivity."""

    CPU, CUDA = range(2)


class ProfilerAction(enum.Enum):
    """What a schedule says of a step. PyTorch: torch.profiler.ProfilerAction."""

    NONE, WARMUP, RECORD, RECORD_AND_SAVE = range(4)


class Row:
    """One operation: how often, and microseconds in it with (`total`) and without (`self`) what it calls."""

    def __init__(self, key: str, count: int, self_cpu_time_total: float, cpu_time_total: float) -> None:
        self.key, self.count = key, count
        self.self_cpu_time_total, self.cpu_time_total = self_cpu_time_total, cpu_time_total


class Rows(list):
    """All rows. PyTorch: torch.autograd.profiler_util.EventList."""

    def table(self, sort_by: str | None = None, row_limit: int = 100, **unused) -> str:
        """As text, the largest first by `sort_by` (self_cpu_time_total, cpu_time_total or count)."""
        by = (sort_by or "self_cpu_time_total").replace("cuda", "cpu").replace("device", "cpu")
        rows = sorted(self, key=lambda row: getattr(row, by), reverse=True)[:row_limit]
        width = max([4, *(len(row.key) for row in rows)])
        lines = [f"{'Name':<{width}}  {'Self CPU':>12}  {'CPU total':>12}  {'# of Calls':>10}"]
        lines += [
            f"{row.key:<{width}}  {row.self_cpu_time_total:>10.1f}us  {row.cpu_time_total:>10.1f}us  {row.count:>10}"
            for row in rows
        ]
        rule = "-" * len(lines[0])
        total = f"Self CPU time total: {sum(row.self_cpu_time_total for row in self) / 1000:.3f}ms"
        return "\n".join([rule, lines[0], rule, *lines[1:], rule, total])


class profile:
    """Counts and times every operation inside the block. PyTorch: torch.profiler.profile.

    With a `schedule`, `step()` ends a step, and `on_trace_ready(self)` is called after each span of recorded ones. The
    other options change nothing. Everything inside runs slower, small operations twice as slow.
    """

    def __init__(
        self,
        *,
        activities: Iterable[ProfilerActivity] | None = None,
        schedule: Callable[[int], ProfilerAction] | None = None,
        on_trace_ready: "Callable[[profile], object] | None" = None,
        record_shapes: bool = False,
        profile_memory: bool = False,
        with_stack: bool = False,
        with_flops: bool = False,
        with_modules: bool = False,
    ) -> None:
        self._schedule = schedule or (lambda step: ProfilerAction.RECORD)
        self._on_trace_ready = on_trace_ready
        self.step_num = 0
        self._profiler: cProfile.Profile | None = None
        self._named: dict[str, list[float]] = {}  # of record_function: count and seconds
        self._recording = False

    def start(self) -> None:
        """Begin; the same as entering the block."""
        _active.append(self)
        self._record_if_wanted()

    def stop(self) -> None:
        """End; the same as leaving the block."""
        was_recording = self._recording
        self._pause()
        _active.remove(self)
        if was_recording and self._on_trace_ready is not None:
            self._on_trace_ready(self)

    def step(self) -> None:
        """The next step of the schedule begins."""
        finished = self._schedule(self.step_num) is ProfilerAction.RECORD_AND_SAVE
        self._pause()
        self.step_num += 1
        if finished and self._on_trace_ready is not None:
            self._on_trace_ready(self)
        if finished:
            self._profiler, self._named = None, {}
        self._record_if_wanted()

    def key_averages(self, group_by_input_shape: bool = False, group_by_stack_n: int = 0) -> Rows:
        """One row for each operation, and for each name of record_function."""
        import pstats  # not with the package: few scripts measure

        rows = Rows()
        if self._profiler is not None:
            was_recording = self._recording
            self._pause()
            for (file, _, name), (_, count, own, total, _) in pstats.Stats(self._profiler).stats.items():
                if file.startswith(OPERATIONS) and not name.startswith("_") and name not in ("forward", "backward"):
                    rows.append(Row(f"aten::{name}", count, 1e6 * own, 1e6 * total))
            if was_recording:
                self._record_if_wanted()
        rows += [Row(name, int(count), 1e6 * seconds, 1e6 * seconds) for name, (count, seconds) in self._named.items()]
        return rows

    def export_chrome_trace(self, path: str) -> NoReturn:
        """Raises RuntimeError: only sums are kept. PyTorch: profile.export_chrome_trace."""
        raise RuntimeError("torch.profiler: minitorch keeps sums, no trace; print(prof.key_averages().table())")

    def __enter__(self) -> "profile":
        self.start()
        return self

    def __exit__(self, *unused) -> None:
        self.stop()

    def _record_if_wanted(self) -> None:
        if self._schedule(self.step_num) in (ProfilerAction.RECORD, ProfilerAction.RECORD_AND_SAVE):
            import cProfile

            self._profiler = self._profiler or cProfile.Profile()
            self._profiler.enable()
            self._recording = True

    def _pause(self) -> None:
        if self._recording and self._profiler is not None:
            self._profiler.disable()
        self._recording = False


class record_function(contextlib.ContextDecorator):
    """A block whose time becomes a row of its own. PyTorch: torch.profiler.record_function."""

    def __init__(self, name: str, args: str | None = None) -> None:
        self.name = name

    def __enter__(self) -> "record_function":
        self.began = time.perf_counter()
        return self

    def __exit__(self, *unused) -> None:
        seconds = time.perf_counter() - self.began
        for each in _active:
            if each._recording:
                count, total = each._named.get(self.name, (0, 0.0))
                each._named[self.name] = [count + 1, total + seconds]


def schedule(
    *, wait: int, warmup: int, active: int, repeat: int = 0, skip_first: int = 0
) -> Callable[[int], ProfilerAction]:
    """Which steps are recorded: after `skip_first`, wait, warm up, record `active`, again. PyTorch: as named."""

    def action(step: int) -> ProfilerAction:
        step -= skip_first
        period = wait + warmup + active
        if step < 0 or (repeat and step >= repeat * period):
            return ProfilerAction.NONE
        place = step % period
        if place < wait:
            return ProfilerAction.NONE
        if place < wait + warmup:
            return ProfilerAction.WARMUP
        return ProfilerAction.RECORD_AND_SAVE if place == period - 1 else ProfilerAction.RECORD

    return action


def supported_activities() -> set[ProfilerActivity]:
    """The CPU. PyTorch: torch.profiler.supported_activities."""
    return {ProfilerActivity.CPU}
