"""Where the time goes, as a table. PyTorch: torch/profiler/__init__.py."""

from minitorch.profiler.profiler import ProfilerAction as ProfilerAction
from minitorch.profiler.profiler import ProfilerActivity as ProfilerActivity
from minitorch.profiler.profiler import profile as profile
from minitorch.profiler.profiler import record_function as record_function
from minitorch.profiler.profiler import schedule as schedule
from minitorch.profiler.profiler import supported_activities as supported_activities
