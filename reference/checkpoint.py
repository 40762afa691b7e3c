"""Reads trained weights as the browser gets them: rounded to float16, by torchvision's names.

From a .pt file of pretrain.py or from the exported folder (public/checkpoint). export.py writes that folder.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
import torch

from resnet import ResNet18

EXPORTED = Path(__file__).resolve().parent.parent / "public" / "checkpoint"


def half_tensors(state: dict) -> dict[str, np.ndarray]:
    """float16 arrays in state-dict order, without num_batches_tracked."""
    return {
        k: v.detach().contiguous().half().numpy() for k, v in state.items() if not k.endswith("num_batches_tracked")
    }


def _read_exported(directory: Path) -> dict[str, np.ndarray]:
    manifest = json.loads((directory / "manifest.json").read_text())
    shards = []
    for shard in manifest["shards"]:
        data = (directory / shard["file"]).read_bytes()
        if hashlib.sha256(data).hexdigest() != shard["sha256"]:
            raise ValueError(f"{shard['file']} does not have the manifest's checksum")
        shards.append(data)
    starts = np.cumsum([0] + [len(s) for s in shards])
    whole = b"".join(shards)
    read = lambda t: np.frombuffer(whole, "<f2", t["length"], int(starts[t["shard"]]) + t["offset"])
    return {t["name"]: read(t).reshape(t["shape"]) for t in manifest["tensors"]}


def load(path: Path) -> tuple[ResNet18, str]:
    """The float32 model in eval mode and the SHA-256 of its float16 values (the shards, joined)."""
    path = Path(path)
    halves = _read_exported(path) if path.is_dir() else half_tensors(torch.load(path)["state_dict"])
    model = ResNet18()
    state = {name: torch.from_numpy(values.astype(np.float32)) for name, values in halves.items()}
    missing, unexpected = model.load_state_dict(state, strict=False)
    if unexpected or any(not k.endswith("num_batches_tracked") for k in missing):
        raise ValueError(f"not this network's weights: missing {missing}, unexpected {unexpected}")
    digest = hashlib.sha256(b"".join(v.astype("<f2").tobytes() for v in halves.values())).hexdigest()
    return model.eval(), digest
