"""profile counts operations; schedules choose steps. PyTorch: torch.profiler."""

import pytest
from helpers import needs_torch, torch

import minitorch
from minitorch.profiler import ProfilerActivity, profile, record_function, schedule


def test_every_operation_is_counted():
    """Inside the block only; a name of the script's own is a row too; the largest stands first."""
    x = minitorch.ones(3, 3)
    minitorch.relu(x)
    with profile(activities=[ProfilerActivity.CPU], record_shapes=True) as prof:
        for _ in range(4):
            minitorch.relu(x)
        with record_function("mine"):
            x.sum()
    minitorch.relu(x)
    rows = {row.key: row for row in prof.key_averages()}
    assert rows["aten::relu"].count == 4 and rows["mine"].count == 1 and rows["aten::sum"].count == 1
    assert 0 < rows["aten::relu"].self_cpu_time_total <= rows["aten::relu"].cpu_time_total
    table = prof.key_averages().table(sort_by="count", row_limit=1).splitlines()
    assert len(table) == 6 and table[5].startswith("Self CPU time total: ") and table[1].split()[0] == "Name" and table[3].split()[-1] == "4"
    with pytest.raises(RuntimeError, match="minitorch keeps sums"):
        prof.export_chrome_trace("trace.json")


def test_a_schedule_chooses_the_steps():
    """Two of four steps, twice; the script hears after each pair, in the step that then begins."""
    x, heard = minitorch.ones(2), []

    def ready(prof):
        heard.append((prof.step_num, {row.key: row.count for row in prof.key_averages()}["aten::relu"]))

    with profile(schedule=schedule(wait=1, warmup=1, active=2, repeat=2), on_trace_ready=ready) as prof:
        for step in range(10):
            for _ in range(step + 1):
                minitorch.relu(x)
            prof.step()
    assert heard == [(4, 3 + 4), (8, 7 + 8)]


@needs_torch
@pytest.mark.parametrize("options", [(0, 0, 1, 0, 0), (1, 1, 2, 2, 0), (2, 0, 3, 1, 4)], ids=str)
def test_schedules_are_those_of_pytorch(options):
    """The same action at every step."""
    names = dict(zip(("wait", "warmup", "active", "repeat", "skip_first"), options))
    ours, theirs = schedule(**names), torch.profiler.schedule(**names)
    assert [ours(step).name for step in range(20)] == [theirs(step).name for step in range(20)]


def test_the_older_names():
    """torch.autograd.profiler: everything is recorded, or with enabled=False nothing."""
    x = minitorch.ones(2)
    older = minitorch.autograd.profiler
    with older.profile(use_cpu=True) as prof, older.record_function("mine"), older.emit_nvtx():
        minitorch.relu(x)
    assert {"mine", "aten::relu"} <= {row.key for row in prof.key_averages()}
    with minitorch.autograd.profiler.profile(enabled=False) as prof:
        minitorch.relu(x)
    assert not prof.key_averages()
