"""Writes one golden fixture: <topic>.json with small values inline, <topic>.bin.gz with the arrays.

tests/golden/fixture.ts reads this format. Not for computing anything.
"""

import gzip
import json
from pathlib import Path

import numpy as np
import torch

FORMAT_VERSION = 1
_DTYPES = {"float32", "float64", "int8", "uint8", "int32", "uint32"}


class Fixture:
    """Values are JSON; arrays are row-major, little-endian, each at an offset that is a multiple of 8 bytes."""

    def __init__(self, topic: str, checkpoint: str | None = None):
        self.topic, self.checkpoint = topic, checkpoint
        self.values: dict = {}
        self._arrays: dict = {}
        self._blob = bytearray()

    def array(self, name: str, data) -> None:
        if isinstance(data, torch.Tensor):
            data = data.detach().numpy()
        # C order, whatever the memory format (channels-last included).
        data = np.ascontiguousarray(data)
        if data.dtype.name not in _DTYPES:
            raise TypeError(f"{name}: {data.dtype} is not a fixture type")
        if name in self._arrays:
            raise KeyError(f"{name} is there already")
        self._blob.extend(b"\0" * (-len(self._blob) % 8))
        self._arrays[name] = {"dtype": data.dtype.name, "shape": list(data.shape), "offset": len(self._blob)}
        self._blob.extend(data.astype(data.dtype.newbyteorder("<")).tobytes())

    def write(self, out: Path) -> int:
        """Returns the bytes written. The same content gives the same files."""
        head = {
            "topic": self.topic,
            "version": FORMAT_VERSION,
            "made_by": "reference/oracle.py",
            "torch": torch.__version__,
            "checkpoint_sha256": self.checkpoint,
            "values": self.values,
            "arrays": self._arrays,
        }
        # allow_nan=False: a NaN here is a mistake of the oracle.
        text = json.dumps(head, indent=1, allow_nan=False) + "\n"
        (out / f"{self.topic}.json").write_text(text)
        written = len(text)
        packed = out / f"{self.topic}.bin.gz"
        packed.unlink(missing_ok=True)
        if self._blob:
            packed.write_bytes(gzip.compress(bytes(self._blob), 9, mtime=0))
            written += packed.stat().st_size
        return written
