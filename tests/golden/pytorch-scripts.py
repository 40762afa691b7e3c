"""What a script that the page shows makes of the network, for pytorch-scripts.test.ts: JSON on the last line of output.

    python pytorch-scripts.py FOLDER_OF_SCRIPT NAME SITE ptq|qat|graph|main [SETTING=VALUE ...]

ptq and qat are of a network in eager mode, graph is PTQ of an exported one.

SETTING is a constant of the script, such as STEPS. Float arrays are base64 of little-endian float32.
"""

import base64
import hashlib
import importlib
import json
import sys

import torch

folder, name, site, wanted, *changes = sys.argv[1:]
sys.path.insert(0, folder)
sys.argv = [name, site]
script = importlib.import_module(name)
for change in changes:
    setting, value = change.split("=")
    assert hasattr(script, setting), setting
    setattr(script, setting, int(value))


def floats(tensor) -> str:
    return base64.b64encode(tensor.detach().float().contiguous().numpy().astype("<f4").tobytes()).decode()


def parameter_name(fused: str) -> str:
    """torchvision's name of what a fused module holds."""
    if ".bn." not in fused:
        return fused
    path, leaf = fused.split(".bn.")
    return f"{path[:-1]}1.{leaf}" if path.endswith("downsample.0") else f"{path[:-5]}bn{path[-1]}.{leaf}"


def ranges(net) -> dict:
    """By node, of weights NODE.weight."""
    found = {}
    for path, module in net.named_modules():
        observer = getattr(module, "activation_post_process", module)
        key, _, kind = path.rpartition(".")
        if kind in ("activation_post_process", "weight_fake_quant") and hasattr(observer, "min_val"):
            key = key if kind == "activation_post_process" else f"{key}.weight"
            # Of a fake-quant, its observer has the same path and comes later.
            found.setdefault(key.removesuffix(".activation_post_process"), [floats(observer.min_val), floats(observer.max_val)])
    return found


def weight_hash(codes) -> str:
    """Of convolutions as [cout][ky][kx][cin]."""
    codes = codes.permute(0, 2, 3, 1) if codes.ndim == 4 else codes
    return hashlib.sha256(codes.contiguous().numpy().tobytes()).hexdigest()


def layers(int8) -> dict:
    """Scale, zero point and, where there are any, weights of every layer with a scale of its own."""
    found = {}
    for path, module in int8.named_modules():
        if not hasattr(module, "scale"):
            continue
        layer = {"scale": float(module.scale), "zeroPoint": int(module.zero_point)}
        if callable(getattr(module, "weight", None)):
            codes, bias = module.weight().int_repr(), module.bias()
            layer["weights"] = weight_hash(codes)
            layer["bias"] = floats(torch.zeros(len(codes)) if bias is None else bias)
        found[path] = layer
    return found


def graph(int8) -> dict:
    """Weights, and the scale and zero point of every quantized activation, in the graph's order."""
    calls = [node for node in int8.graph.nodes if "quantize_per_tensor" in str(node.target)]
    return {
        "weights": [weight_hash(t) for t in int8.state_dict().values() if t.dtype == torch.int8],
        "activations": [{"scale": node.args[1], "zeroPoint": node.args[2]} for node in calls],
    }


def predictions(net) -> list[int]:
    with torch.no_grad():
        return net(script.normalized(script.images("test", 64)[0])).argmax(1).tolist()


if wanted == "main":
    script.main()
    result = None
elif wanted == "graph":
    int8 = script.converted(script.calibrated())
    result = graph(int8) | {"predictions": predictions(int8)}
elif wanted == "ptq":
    net = script.calibrated()
    int8 = script.convert(net)
    result = {"ranges": ranges(net), "layers": layers(int8), "predictions": predictions(int8)}
else:
    net = script.train(script.prepared())
    int8 = script.convert(net)
    state = {parameter_name(path): [list(t.shape), floats(t)] for path, t in net.state_dict().items() if t.ndim}
    result = {"ranges": ranges(net), "layers": layers(int8), "state": state}
print(json.dumps(result))
