"""Downloads. PyTorch: torchvision/datasets/utils.py."""

import hashlib
import http.client
import os
import sys
import tempfile
import urllib.error
import urllib.request
import zlib
from collections.abc import Sequence

# The largest archive, of FashionMNIST's training images, has 26 MB; unpacked it has 47 MB.
MAX_DOWNLOAD_BYTES = 2**26
MAX_UNPACKED_BYTES = 2**28
TIMEOUT_SECONDS = 30


def download_and_unpack(urls: Sequence[str], path: str, checksum: str) -> None:
    """Writes the unpacked .gz file of the first of these addresses that gives it to `path`.

    https only; a file that is too long, or has another checksum (SHA-256, or MD5 by its length), is refused.
    The file appears complete or not at all. RuntimeError naming every address and what went wrong there.
    """
    errors = []
    for url in urls:
        try:
            print(f"Downloading {url}", file=sys.stderr)
            content = _unpack(_download(url, checksum))
        except (OSError, http.client.HTTPException, RuntimeError) as error:
            errors.append(f"Tried {url}, got:\n{error}\n")
            continue
        _write_at_once(path, content)
        return
    failed = RuntimeError(f"Error downloading {os.path.basename(path)}.gz:\n" + "".join(errors))
    failed.add_note(
        f"Without a connection, put the file into {os.path.dirname(path)} by hand, plain or as .gz."
    )
    raise failed


def _download(url: str, checksum: str) -> bytes:
    _check_https(url)
    request = urllib.request.Request(url, headers={"User-Agent": "minitorch"})
    with urllib.request.build_opener(_HttpsRedirects).open(request, timeout=TIMEOUT_SECONDS) as response:
        content = response.read(MAX_DOWNLOAD_BYTES + 1)
    if len(content) > MAX_DOWNLOAD_BYTES:
        raise RuntimeError(f"more than {MAX_DOWNLOAD_BYTES} bytes")
    algorithm = "md5" if len(checksum) == 32 else "sha256"
    digest = hashlib.new(algorithm, content, usedforsecurity=False).hexdigest()
    if digest != checksum:
        raise RuntimeError(f"{algorithm} of the {len(content)} bytes is {digest}, expected {checksum}")
    return content


class _HttpsRedirects(urllib.request.HTTPRedirectHandler):
    """Follows redirections to https only."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):
        _check_https(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _check_https(url: str) -> None:
    if not url.startswith("https://"):
        raise RuntimeError(f"{url} is not an https address")


def _unpack(archive: bytes) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)  # 31: with the header of gzip
    try:
        content = unpacker.decompress(archive, MAX_UNPACKED_BYTES)
    except zlib.error as error:
        raise RuntimeError(f"not a gzip file: {error}") from error
    if not unpacker.eof:
        raise RuntimeError(f"a gzip file that is cut off, or of more than {MAX_UNPACKED_BYTES} bytes")
    return content


def _write_at_once(path: str, content: bytes) -> None:
    """The whole file or none: written beside its place, then renamed."""
    folder = os.path.dirname(path)
    os.makedirs(folder, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=os.path.basename(path), suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)  # mkstemp makes files that only their owner can read
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
