"""MNIST and FashionMNIST: reading, broken files, downloads. Oracle: torchvision.datasets."""

import gzip
import hashlib
import io
import os
import struct
import sys
import urllib.error
import urllib.request

import numpy as np
import pytest

from minitorch.vision import datasets, transforms
from minitorch.vision.datasets import utils

NAMES = [f"{split}-{kind}-ubyte" for split in ("train", "t10k") for kind in ("images-idx3", "labels-idx1")]


def idx(array: np.ndarray) -> bytes:
    """The array as an IDX file."""
    return struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


def contents(n: int = 5) -> dict[str, bytes]:
    """Four small files, by name."""
    rng = np.random.default_rng(0)
    images = [rng.integers(0, 256, (n, 28, 28), dtype=np.uint8) for _ in range(2)]
    labels = [rng.integers(0, 10, n, dtype=np.uint8) for _ in range(2)]
    return dict(zip(NAMES, map(idx, (images[0], labels[0], images[1], labels[1]))))


@pytest.fixture
def root(tmp_path):
    """A folder with a small MNIST and the same as FashionMNIST."""
    for name in ("MNIST", "FashionMNIST"):
        raw = tmp_path / name / "raw"
        raw.mkdir(parents=True)
        for file, content in contents().items():
            (raw / file).write_bytes(content)
    return tmp_path


@pytest.mark.parametrize("name", ["MNIST", "FashionMNIST"])
@pytest.mark.parametrize("train", [True, False])
def test_reads_as_torchvision(agree_with_torchvision, root, name, train):
    def body(lib, vision):
        dataset = getattr(vision.datasets, name)(str(root), train, target_transform=abs)
        image, target = dataset[-1]
        attributes = dataset.classes, dataset.class_to_idx, dataset.train, dataset.root, dataset.raw_folder
        loader = lib.utils.data.DataLoader(getattr(vision.datasets, name)(root, train), collate_fn=list)
        return (
            len(dataset),
            dataset.data,
            dataset.targets,
            type(image).__name__,
            image.mode,
            np.array(image),
            target,
            attributes,
            repr(dataset),
            [np.array(sample[0][0]) for sample in loader],
        )

    agree_with_torchvision(body)


def test_repr(agree_with_torchvision, root):
    def body(lib, vision):
        T = vision.transforms
        pipeline = T.Compose([T.ToTensor(), T.Normalize((0.5,), (0.5,))])
        return [
            repr(vision.datasets.MNIST(str(root), False, pipeline)),
            repr(vision.datasets.MNIST(str(root), True, pipeline, T.Lambda(int))),
            repr(vision.datasets.MNIST(str(root)).transforms),
            repr(vision.datasets.MNIST(str(root), transform=T.ToTensor()).transforms),
        ]

    agree_with_torchvision(body)


def test_errors_as_torchvision(agree_with_torchvision, root, tmp_path):
    for body in (
        lambda lib, vision: vision.datasets.MNIST(str(tmp_path / "nowhere")),
        lambda lib, vision: vision.datasets.MNIST(str(root))[5],
        lambda lib, vision: vision.datasets.VisionDataset(transforms=int, transform=int),
        lambda lib, vision: vision.datasets.VisionDataset()[0],
        lambda lib, vision: len(vision.datasets.VisionDataset()),
    ):
        agree_with_torchvision(body)


def test_changed_data_is_what_samples_come_from(agree_with_torchvision, root):
    def body(lib, vision):
        dataset = vision.datasets.MNIST(str(root), transform=vision.transforms.ToTensor())
        keep = dataset.targets != dataset.targets[0]
        dataset.data, dataset.targets = dataset.data[keep], dataset.targets[keep]
        return len(dataset), dataset[0]

    agree_with_torchvision(body)


def test_home_is_expanded(root, monkeypatch):
    monkeypatch.setenv("HOME", str(root))
    assert len(datasets.MNIST("~")) == 5


def test_without_pillow(root, monkeypatch):
    """The same numbers, from our own image."""
    expected = [sample.tolist() for sample, _ in datasets.MNIST(root, transform=transforms.ToTensor())]
    monkeypatch.setitem(sys.modules, "PIL", None)
    assert [
        sample.tolist() for sample, _ in datasets.MNIST(root, transform=transforms.ToTensor())
    ] == expected
    assert type(datasets.MNIST(root)[0][0]).__module__ == "minitorch.vision.image"


def test_packed_files(root):
    plain = datasets.MNIST(root)
    for name, content in contents().items():
        (root / "MNIST" / "raw" / name).unlink()
        (root / "MNIST" / "raw" / f"{name}.gz").write_bytes(gzip.compress(content))
    packed = datasets.MNIST(root)
    assert packed.data.tolist() == plain.data.tolist()
    assert packed.targets.tolist() == plain.targets.tolist()


IMAGES, LABELS = contents()[NAMES[0]], contents()[NAMES[1]]
BROKEN = {
    "empty": (NAMES[0], b"", "it begins with the bytes (none), not 00 00 08 03"),
    "a web page": (NAMES[0], b"<!DOCTYPE html>", "it begins with the bytes 3c 21 44 4f, not 00 00 08 03"),
    "labels for images": (NAMES[0], LABELS, "it begins with the bytes 00 00 08 01, not 00 00 08 03"),
    "images for labels": (NAMES[1], IMAGES, "it begins with the bytes 00 00 08 03, not 00 00 08 01"),
    "floats": (NAMES[0], b"\0\0\x0d\3" + IMAGES[4:], "it begins with the bytes 00 00 0d 03, not 00 00 08 03"),
    "short header": (NAMES[0], IMAGES[:9], "the file ends within its header, after 9 bytes"),
    "short": (NAMES[0], IMAGES[:-1], "promises 3920 bytes of values, but there are only 3919"),
    "long": (NAMES[0], IMAGES + b"\0", "promises 3920 bytes of values, but there are more"),
    "a claim of 2**96 bytes": (NAMES[0], IMAGES[:4] + b"\xff" * 12, "more than 1073741824 bytes"),
    "broken gzip": (NAMES[0] + ".gz", b"\x1f\x8b" + b"\0" * 30, "broken gzip file: "),
    "gzip that ends early": (NAMES[0] + ".gz", gzip.compress(IMAGES)[:-9], "broken gzip file: "),
    "no gzip": (NAMES[0] + ".gz", IMAGES, "broken gzip file: "),
}


@pytest.mark.parametrize("file, content, reason", BROKEN.values(), ids=BROKEN.keys())
def test_broken_files(root, file, content, reason):
    """One line with the file and the reason."""
    raw = root / "MNIST" / "raw"
    (raw / file.removesuffix(".gz")).unlink()
    (raw / file).write_bytes(content)
    with pytest.raises(RuntimeError) as caught:
        datasets.MNIST(root)
    message = str(caught.value)
    assert message.startswith(f"{raw / file}: ") and reason in message and "\n" not in message


def test_images_and_labels_of_different_number(root):
    (root / "MNIST" / "raw" / NAMES[1]).write_bytes(contents(4)[NAMES[1]])
    with pytest.raises(RuntimeError, match="5 train images, but 4 labels"):
        datasets.MNIST(root)


def test_a_missing_file_is_named_in_the_note(root):
    (root / "MNIST" / "raw" / NAMES[3]).unlink()
    with pytest.raises(RuntimeError) as caught:
        datasets.MNIST(root)
    assert str(caught.value) == "Dataset not found. You can use download=True to download it"
    assert NAMES[3] in caught.value.__notes__[0] and str(root) in caught.value.__notes__[0]


class Web:
    """Answers instead of the network; an answer is bytes or an exception."""

    def __init__(self, monkeypatch, answers: dict):
        self.answers, self.asked = answers, []
        monkeypatch.setattr(urllib.request.OpenerDirector, "open", self.open)

    def open(self, request, timeout):
        assert timeout == utils.TIMEOUT_SECONDS
        self.asked.append(request.full_url)
        answer = self.answers.get(request.full_url, urllib.error.URLError("Name or service not known"))
        if isinstance(answer, Exception):
            raise answer
        return io.BytesIO(answer)


class Small(datasets.MNIST):
    """A data set with checksums of its own, on two mirrors."""

    mirrors = ["https://a.example/", "https://b.example/"]
    archives = {f"{name}.gz": gzip.compress(content, mtime=0) for name, content in contents().items()}
    resources = [(name, hashlib.sha256(archive).hexdigest()) for name, archive in archives.items()]

    @classmethod
    def on(cls, *mirrors):
        return {mirror + name: archive for mirror in mirrors for name, archive in cls.archives.items()}


def test_download(tmp_path, monkeypatch, capsys):
    web = Web(monkeypatch, Small.on(Small.mirrors[0]))
    dataset = Small(tmp_path, download=True)
    assert len(dataset) == 5
    assert sorted(os.listdir(tmp_path / "Small" / "raw")) == sorted(NAMES)
    assert {name: (tmp_path / "Small" / "raw" / name).read_bytes() for name in NAMES} == contents()
    assert "Downloading https://a.example/train-images-idx3-ubyte.gz" in capsys.readouterr().err

    asked = len(web.asked)
    Small(tmp_path, download=True)
    assert len(web.asked) == asked == 4  # the second time everything is there


def test_only_missing_files_are_fetched(tmp_path, monkeypatch):
    web = Web(monkeypatch, Small.on(Small.mirrors[0]))
    Small(tmp_path, download=True)
    (tmp_path / "Small" / "raw" / NAMES[2]).unlink()
    web.asked.clear()
    Small(tmp_path, download=True)
    assert web.asked == [f"https://a.example/{NAMES[2]}.gz"]


BAD_ANSWERS = {
    "offline": urllib.error.URLError("Name or service not known"),
    "timeout": TimeoutError("timed out"),
    "too short": Small.archives[f"{NAMES[0]}.gz"][:-1],
    "too long": Small.archives[f"{NAMES[0]}.gz"] + b"\0",
    "wrong bytes": b"<html>log in first</html>",
    "empty": b"",
}


@pytest.mark.parametrize("answer", BAD_ANSWERS.values(), ids=BAD_ANSWERS.keys())
def test_the_second_mirror_helps(tmp_path, monkeypatch, answer):
    answers = Small.on(*Small.mirrors) | {f"https://a.example/{NAMES[0]}.gz": answer}
    web = Web(monkeypatch, answers)
    assert len(Small(tmp_path, download=True)) == 5
    assert web.asked[:2] == [f"https://{mirror}.example/{NAMES[0]}.gz" for mirror in "ab"]


@pytest.mark.parametrize("answer", BAD_ANSWERS.values(), ids=BAD_ANSWERS.keys())
def test_no_mirror_helps(tmp_path, monkeypatch, answer):
    """One error that names each address and its reason; nothing is left on the disk."""
    Web(monkeypatch, {f"https://{mirror}.example/{NAMES[0]}.gz": answer for mirror in "ab"})
    with pytest.raises(RuntimeError) as caught:
        Small(tmp_path, download=True)
    message = str(caught.value)
    assert message.startswith(f"Error downloading {NAMES[0]}.gz:\n")
    reason = str(answer) if isinstance(answer, Exception) else "sha256 of the"
    for mirror in Small.mirrors:
        assert f"Tried {mirror}{NAMES[0]}.gz, got:\n{reason}" in message
    assert "put the file into" in caught.value.__notes__[0]
    assert [files for _, _, files in os.walk(tmp_path) if files] == []


def test_the_size_is_limited(tmp_path, monkeypatch):
    Web(monkeypatch, {f"https://a.example/{NAMES[0]}.gz": b"x" * 11})
    monkeypatch.setattr(utils, "MAX_DOWNLOAD_BYTES", 10)
    with pytest.raises(RuntimeError, match="more than 10 bytes"):
        Small(tmp_path, download=True)


def test_a_small_archive_of_a_large_file_is_refused(tmp_path, monkeypatch):
    archive = gzip.compress(b"\0" * 5000)
    Web(monkeypatch, {"https://a.example/x.gz": archive})
    monkeypatch.setattr(utils, "MAX_UNPACKED_BYTES", 4999)
    with pytest.raises(RuntimeError, match="cut off, or of more than 4999 bytes"):
        utils.download_and_unpack(
            ["https://a.example/x.gz"], str(tmp_path / "x"), hashlib.md5(archive).hexdigest()
        )


def test_https_only(tmp_path):
    with pytest.raises(RuntimeError, match="got:\nhttp://a.example/x.gz is not an https address"):
        utils.download_and_unpack(["http://a.example/x.gz"], str(tmp_path / "x"), "0" * 64)


def test_redirections_to_https_only():
    request = urllib.request.Request("https://a.example/x.gz")
    handler = utils._HttpsRedirects()
    moved = handler.redirect_request(request, None, 302, "Found", {}, "https://b.example/x.gz")
    assert moved.full_url == "https://b.example/x.gz"
    with pytest.raises(RuntimeError, match="http://b.example/x.gz is not an https address"):
        handler.redirect_request(request, None, 302, "Found", {}, "http://b.example/x.gz")


def test_an_interrupted_write_leaves_nothing(tmp_path, monkeypatch):
    def interrupt(*arguments):
        raise KeyboardInterrupt

    Web(monkeypatch, Small.on(Small.mirrors[0]))
    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        Small(tmp_path, download=True)
    assert os.listdir(tmp_path / "Small" / "raw") == []


def test_mirrors_are_https():
    for dataset in (datasets.MNIST, datasets.FashionMNIST):
        assert all(mirror.startswith("https://") and mirror.endswith("/") for mirror in dataset.mirrors)
        assert [name.removesuffix(".gz") for name, _ in dataset.resources] == NAMES
        assert all(len(bytes.fromhex(checksum)) == 32 for _, checksum in dataset.resources)


def test_real_mnist(agree_with_torchvision, mnist_root):
    """A shuffled pass over 640 test images with random transforms, and the labels of all."""

    def body(lib, vision):
        T = vision.transforms
        pipeline = T.Compose(
            [
                T.RandomCrop(28, padding=2),
                T.RandomHorizontalFlip(),
                T.ToTensor(),
                T.Normalize((0.1307,), (0.3081,)),
            ]
        )
        dataset = vision.datasets.MNIST(mnist_root, train=False, transform=pipeline)
        subset = lib.utils.data.Subset(dataset, range(640))
        loader = lib.utils.data.DataLoader(subset, batch_size=64, shuffle=True)
        return dataset.targets, [(hashlib.sha256(x.numpy().tobytes()).hexdigest(), y) for x, y in loader]

    agree_with_torchvision(body)
