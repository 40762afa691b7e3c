"""Topic averages: running averages of parameters, torch.optim.swa_utils.AveragedModel."""

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from .fixture import Fixture

DECAYS, STEPS = (0.5, 0.9, 0.999), 6


def averages() -> Fixture:
    """`parameter.N` after step N, and for each decay `average.DECAY.N` after it was shown."""
    fixture = Fixture("averages")
    fixture.values = {"decays": DECAYS, "steps": STEPS}
    torch.manual_seed(5)
    model = nn.Linear(7, 3, bias=False)
    averaged = {decay: AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(decay)) for decay in DECAYS}
    for step in range(STEPS):
        with torch.no_grad():
            model.weight += torch.randn_like(model.weight)
        fixture.array(f"parameter.{step}", model.weight)
        for decay, average in averaged.items():
            average.update_parameters(model)
            fixture.array(f"average.{decay}.{step}", average.module.weight)
    return fixture
