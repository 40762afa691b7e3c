"""Topic adam: steps of torch.optim.Adam with the defaults, two groups, in float32 and float64."""

import torch

from .fixture import Fixture

STEPS, RATES, DECAY = 5, (1e-2, 5e-3, 1e-2, 2e-3, 1e-3), 0.02
#: Of the second one no weight decay is asked.
SHAPES = {"weight": (6, 5), "scale": (4,)}


def adam() -> Fixture:
    """`start.NAME`, `gradient.NAME.N`, and after step N `NAME.N`, `mean.NAME.N`, `square.NAME.N`; `exact.` in float64."""
    fixture = Fixture("adam")
    fixture.values = {"steps": STEPS, "rates": RATES, "weight_decay": DECAY}
    torch.manual_seed(11)
    start = {name: torch.randn(shape) for name, shape in SHAPES.items()}
    # Small and large ones: Adam makes steps of one size of both.
    gradients = [{name: torch.randn(shape) * 10.0 ** (step - 3) for name, shape in SHAPES.items()} for step in range(STEPS)]
    for name, value in start.items():
        fixture.array(f"start.{name}", value)
    for step, each in enumerate(gradients):
        for name, value in each.items():
            fixture.array(f"gradient.{name}.{step}", value)
    for prefix, dtype in (("", torch.float32), ("exact.", torch.float64)):
        parameters = {name: torch.nn.Parameter(value.to(dtype)) for name, value in start.items()}
        optimizer = torch.optim.Adam(
            [
                {"params": [parameters["weight"]], "weight_decay": DECAY},
                {"params": [parameters["scale"]], "weight_decay": 0.0},
            ]
        )
        for step, each in enumerate(gradients):
            for group in optimizer.param_groups:
                group["lr"] = RATES[step]
            for name, parameter in parameters.items():
                parameter.grad = each[name].to(dtype)
            optimizer.step()
            for name, parameter in parameters.items():
                state = optimizer.state[parameter]
                fixture.array(f"{prefix}{name}.{step}", parameter)
                fixture.array(f"{prefix}mean.{name}.{step}", state["exp_avg"])
                fixture.array(f"{prefix}square.{name}.{step}", state["exp_avg_sq"])
    return fixture
