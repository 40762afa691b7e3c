"""Exports pretrain.py's final.pt to the browser's checkpoint folder.

    python pretrain.py --out checkpoints --test      # once: the accuracy on the test images
    python export.py --checkpoint checkpoints/final.pt

Writes shard-N.bin (float16, little-endian, at most 4 MiB) and manifest.json. The shards are one stream cut at 4 MiB:
a tensor starts at byte `offset` of its shard and may run on into the next ones.
"""

import argparse
import hashlib
import json
from pathlib import Path

import torch

import checkpoint
import cifar10
from pretrain import evaluate

SHARD_BYTES = 4 * 1024 * 1024


def export(source: Path, out: Path) -> dict:
    saved = torch.load(source)
    halves = checkpoint.half_tensors(saved["state_dict"])
    model, _ = checkpoint.load(source)
    (images, labels), _ = cifar10.load()
    validation = torch.tensor(cifar10.split_indices()[1])
    _, validation_accuracy = evaluate(model, images[validation], labels[validation])

    tensors, position = [], 0
    for name, values in halves.items():
        shard, offset = divmod(position, SHARD_BYTES)
        tensors.append(
            {"name": name, "shape": list(values.shape), "shard": shard, "offset": offset, "length": values.size}
        )
        position += 2 * values.size
    whole = b"".join(values.astype("<f2").tobytes() for values in halves.values())

    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("shard-*.bin"):
        old.unlink()
    shards = []
    for start in range(0, len(whole), SHARD_BYTES):
        data = whole[start : start + SHARD_BYTES]
        name = f"shard-{len(shards)}.bin"
        (out / name).write_bytes(data)
        shards.append({"file": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()})

    manifest = {
        "version": 1,
        "name": "ResNet18 for CIFAR-10",
        "dtype": "float16",
        "tensors": tensors,
        "shards": shards,
        "provenance": {
            "recipe": saved["recipe"],
            "epochs": len(saved["curve"]),
            "curve": saved["curve"],
            "torch": torch.__version__,
        },
        "accuracy": {
            "validation": validation_accuracy,
            "test": saved["test"]["accuracy"],
            "images": saved["test"]["images"],
            "measured": "on the weights rounded to float16",
        },
    }
    (out / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    return manifest


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, default=Path("checkpoints/final.pt"))
    parser.add_argument("--out", type=Path, default=checkpoint.EXPORTED)
    args = parser.parse_args()
    torch.set_num_threads(1)
    written = export(args.checkpoint, args.out)
    print(json.dumps({"accuracy": written["accuracy"], "shards": len(written["shards"])}, indent=1))
