"""What PyTorch and numpy read of exported files, for exported-files.test.ts: JSON on the last line of output.

    python exported-files.py REFERENCE IMAGES state-dict FILE...
    python exported-files.py REFERENCE 0 npz FILE

Of state dicts: predictions of the first test images, logits of the first 16.
"""

import json
import sys

import numpy as np
import torch

reference, images, what, *files = sys.argv[1:]
sys.path.insert(0, reference)


def safetensors(path: str) -> dict:
    """The format by its description: length, JSON header, arrays."""
    data = open(path, "rb").read()
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    assert header.pop("__metadata__") == {"format": "pt"} and start % 8 == 0
    assert all(t["dtype"] == "F32" for t in header.values())
    read = lambda t: np.frombuffer(data[start + t["data_offsets"][0] : start + t["data_offsets"][1]], "<f4")
    return {name: torch.from_numpy(read(t).reshape(t["shape"]).copy()) for name, t in header.items()}


def state_dict(path: str) -> dict:
    state = safetensors(path) if path.endswith(".safetensors") else torch.load(path, weights_only=True)
    from cifar10 import DEFAULT_DIR, _png, normalize
    from resnet import ResNet18

    model = ResNet18()
    model.load_state_dict(state)
    pixels = _png(DEFAULT_DIR / "test_batch.png")[: int(images)].transpose(0, 3, 1, 2)
    with torch.no_grad():
        batches = normalize(torch.from_numpy(np.ascontiguousarray(pixels))).split(250)
        logits = torch.cat([model.eval()(batch) for batch in batches])
    return {"predictions": logits.argmax(1).tolist(), "logits": logits[:16].flatten().tolist()}


def values(array: np.ndarray) -> list:
    return ["nan" if v != v else v for v in array.flatten().tolist()]


def npz(path: str) -> dict:
    with np.load(path) as arrays:
        return {k: {"dtype": str(a.dtype), "shape": a.shape, "values": values(a)} for k, a in arrays.items()}


print(json.dumps([{"state-dict": state_dict, "npz": npz}[what](file) for file in files]))
