"""Topic files: small state dicts as torch.save, safetensors and numpy write them, some of them such as must be refused."""

import base64
import io
import os
import zipfile
from collections import OrderedDict

import numpy as np
import safetensors.torch
import torch

from .fixture import Fixture


class _Runs:
    """What a hostile file does: it calls a function while it is unpickled."""

    def __reduce__(self):
        return os.system, ("echo hostile",)


def _tensors() -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(5)
    base = torch.randn(6, 4, generator=generator)
    return {
        "plain": base,
        "half": base[:2].half(),
        "bfloat": base[2:4].bfloat16(),
        "double": base.double() / 3,
        "counter": torch.tensor(7),
        "bytes": torch.arange(5, dtype=torch.uint8),
        "empty": torch.zeros(0, 3),
        "scalar": torch.tensor(0.5),
    }


def _saved(value: object, **options: object) -> bytes:
    buffer = io.BytesIO()
    torch.save(value, buffer, **options)
    return buffer.getvalue()


def _npz(**arrays: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def _deflated(file: bytes) -> bytes:
    """The same archive with every entry deflated."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in source.namelist():
            packed.writestr(name, source.read(name))
    return buffer.getvalue()


def files() -> Fixture:
    fixture = Fixture("files")
    tensors = _tensors()
    # Views into one storage, neither of them row-major from its start.
    views = {"transposed": tensors["plain"].t(), "columns": tensors["plain"][:, 1:3], "flipped": tensors["plain"][1:].t()}
    module = torch.nn.Sequential(torch.nn.Conv2d(3, 2, 3), torch.nn.BatchNorm2d(2))
    images = np.arange(4 * 2 * 2 * 3, dtype=np.uint8).reshape(4, 2, 2, 3)
    good = {
        "state_dict.pt": _saved(OrderedDict(tensors | views)),
        "parameters.pt": _saved({name: torch.nn.Parameter(value) for name, value in tensors.items() if value.is_floating_point()}),
        "module.pt": _saved(module.state_dict()),
        "inside.pt": _saved({"epoch": 3, "loss": 0.25, "best": None, "state_dict": module.state_dict(), "optimizer": {"lr": [1e-3]}}),
        "deflated.pt": _deflated(_saved(module.state_dict())),
        "protocol5.pt": _saved(module.state_dict(), pickle_protocol=5),
        "tensors.safetensors": safetensors.torch.save(tensors, {"format": "pt"}),
    }
    bad = {
        "runs.pt": _saved({"weight": tensors["plain"], "hook": _Runs()}),
        "whole_model.pt": _saved(module),
        "legacy.pt": _saved(module.state_dict(), _use_new_zipfile_serialization=False),
        "repeated.pt": _saved({"weight": torch.zeros(1).expand(1 << 20)}),
        "no_dict.pt": _saved([1, 2, 3]),
    }
    arrays = {
        "images.npz": _npz(images=images, labels=np.array([1, 0, 2, 1])),
        "fortran.npz": _npz(images=np.asfortranarray(images.astype(np.float32)), labels=np.array([1, 0, 2, 1], dtype=np.uint8)),
        "objects.npz": _npz(images=np.array([_Runs()], dtype=object)),
    }
    for name, value in {**tensors, **views}.items():
        fixture.array(f"tensor.{name}", value.detach().float().contiguous())
    for name, value in module.state_dict().items():
        fixture.array(f"module.{name}", value.float())
    fixture.array("images", torch.from_numpy(images))

    def text(group: dict[str, bytes]) -> dict[str, str]:
        return {name: base64.b64encode(file).decode() for name, file in group.items()}

    fixture.values = {"good": text(good), "bad": text(bad), "arrays": text(arrays)}
    return fixture
