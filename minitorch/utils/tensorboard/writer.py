"""SummaryWriter: scalars, histograms, images and texts for TensorBoard. PyTorch: torch/utils/tensorboard/writer.py."""

import datetime
import io
import os
import socket
import time
import warnings
from collections.abc import Mapping

import numpy as np
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from minitorch import Tensor
from minitorch.vision.utils import make_grid


class SummaryWriter:
    """Writes event files into `log_dir`, by default runs/DATE_HOST. Values are numbers, arrays or tensors.

    Without hyperparameters, graphs, videos and meshes. PyTorch: torch.utils.tensorboard.SummaryWriter.
    """

    def __init__(
        self,
        log_dir: "str | os.PathLike | None" = None,
        comment: str = "",
        purge_step: int | None = None,
        max_queue: int = 10,
        flush_secs: int = 120,
        filename_suffix: str = "",
    ) -> None:
        if not log_dir:
            now = datetime.datetime.now().strftime("%b%d_%H-%M-%S")
            log_dir = os.path.join("runs", f"{now}_{socket.gethostname()}{comment}")
        self.log_dir = str(log_dir)
        self._options = (max_queue, flush_secs, filename_suffix)
        self._writers = {self.log_dir: EventFileWriter(self.log_dir, *self._options)}

    def get_logdir(self) -> str:
        """The folder of the event files."""
        return self.log_dir

    def add_scalar(
        self, tag: str, scalar_value, global_step=None, walltime=None, new_style=False, double_precision=False
    ) -> None:
        """One point of a curve."""
        self._write(Summary.Value(tag=tag, simple_value=float(_array(scalar_value))), global_step, walltime)

    def add_scalars(self, main_tag: str, tag_scalar_dict: Mapping, global_step=None, walltime=None) -> None:
        """One point of each of several curves in one diagram."""
        for tag, scalar in tag_scalar_dict.items():
            folder = os.path.join(self.log_dir, f"{main_tag.replace('/', '_')}_{tag}")
            if folder not in self._writers:
                self._writers[folder] = EventFileWriter(folder, *self._options)
            value = Summary.Value(tag=main_tag, simple_value=float(_array(scalar)))
            self._write(value, global_step, walltime, folder)

    def add_histogram(
        self, tag: str, values, global_step=None, bins="tensorflow", walltime=None, max_bins: int | None = None
    ) -> None:
        """How often each range of numbers occurs. ValueError for no numbers."""
        numbers = _array(values).astype(np.float64).reshape(-1)
        if numbers.size == 0:
            raise ValueError("The input has no element.")
        edges = _edges() if isinstance(bins, str) and bins == "tensorflow" else bins
        counts, limits = np.histogram(numbers, bins=edges)
        used = np.flatnonzero(counts)
        first, last = (used[0], used[-1]) if used.size else (0, 0)
        histogram = HistogramProto(
            min=numbers.min(),
            max=numbers.max(),
            num=numbers.size,
            sum=numbers.sum(),
            sum_squares=numbers @ numbers,
            bucket_limit=limits[first : last + 2].tolist(),  # with an empty bucket before the first one
            bucket=[0, *counts[first : last + 1].tolist()],
        )
        self._write(Summary.Value(tag=tag, histo=histogram), global_step, walltime)

    def add_image(self, tag: str, img_tensor, global_step=None, walltime=None, dataformats: str = "CHW") -> None:
        """One image, (C, H, W) unless `dataformats` says otherwise; floats are from 0.0 to 1.0. Needs Pillow."""
        order = [dataformats.upper().index(letter) for letter in "HWC" if letter in dataformats.upper()]
        self._write(Summary.Value(tag=tag, image=_image(_array(img_tensor).transpose(order))), global_step, walltime)

    def add_images(self, tag: str, img_tensor: Tensor, global_step=None, walltime=None, dataformats="NCHW") -> None:
        """Several images (N, C, H, W), side by side."""
        if dataformats != "NCHW":
            raise ValueError(f"minitorch takes images as NCHW, not {dataformats}")
        self.add_image(tag, make_grid(img_tensor, padding=0), global_step, walltime)

    def add_figure(self, tag: str, figure, global_step=None, close: bool = True, walltime=None) -> None:
        """A figure of matplotlib's."""
        figure.canvas.draw()
        self.add_image(tag, np.asarray(figure.canvas.buffer_rgba())[..., :3], global_step, walltime, "HWC")
        if close:
            import matplotlib.pyplot as plt

            plt.close(figure)

    def add_text(self, tag: str, text_string: str, global_step=None, walltime=None) -> None:
        """A text, in Markdown."""
        metadata = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="text", content=b""))
        shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=1)])
        text = TensorProto(dtype="DT_STRING", string_val=[text_string.encode("utf-8")], tensor_shape=shape)
        value = Summary.Value(tag=f"{tag}/text_summary", metadata=metadata, tensor=text)
        self._write(value, global_step, walltime)

    def add_graph(self, model, input_to_model=None, verbose: bool = False, use_strict_trace: bool = True) -> None:
        """Warns: minitorch draws no graph of a model."""
        warnings.warn("minitorch draws no graph of a model for TensorBoard", stacklevel=2)

    def flush(self) -> None:
        """Write what waits."""
        for writer in self._writers.values():
            writer.flush()

    def close(self) -> None:
        """Write what waits, and end."""
        for writer in self._writers.values():
            writer.flush()
            writer.close()

    def __enter__(self) -> "SummaryWriter":
        return self

    def __exit__(self, *unused) -> None:
        self.close()

    def _write(self, value, step, walltime, folder: str | None = None) -> None:
        event = Event(wall_time=time.time() if walltime is None else walltime, summary=Summary(value=[value]))
        if step is not None:
            event.step = int(step)
        self._writers[folder or self.log_dir].add_event(event)


def _array(value) -> np.ndarray:
    """Any number, array or tensor as an array."""
    return value.detach().cpu().numpy() if isinstance(value, Tensor) else np.asarray(value)


def _edges() -> np.ndarray:
    """Ranges that grow by a tenth from 1e-12 on, on both sides of 0: TensorFlow's."""
    positive = np.multiply.accumulate([1e-12] + 773 * [1.1])  # up to 1e20
    last = [np.finfo(np.float64).max]
    return np.concatenate([np.negative(last), -positive[::-1], [0.0], positive, last])


def _image(pixels: np.ndarray) -> Summary.Image:
    """(H, W) or (H, W, C), uint8 or floats from 0 to 1, as a PNG."""
    from PIL import Image

    if pixels.dtype != np.uint8:
        pixels = (pixels * 255.0).clip(0, 255).astype(np.uint8)
    if pixels.ndim == 2:
        pixels = pixels[:, :, None]
    if pixels.shape[2] == 1:
        pixels = pixels.repeat(3, axis=2)
    height, width, channels = pixels.shape
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(file, format="PNG")
    return Summary.Image(height=height, width=width, colorspace=channels, encoded_image_string=file.getvalue())
