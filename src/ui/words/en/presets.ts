// Whole recipes by name: what each is called and, in a line, what it is for. Not for single choices: choices.ts.
import type { NamedPreset } from '../../../recipe/presets';

export const presets = {
  label: 'A whole recipe by name',
  own: 'Your own',
  partlyOwn: 'Some choices are your own.',
  learned: {
    name: (weightBits: number, activationBits: number) => `W${weightBits}A${activationBits}, learned scales`,
    why: (steps: number) => `The best measured at these widths: ${steps} steps, taught by the network as it was.`,
  },
  named: {
    as_opened: { name: 'As the page opens', why: '3-bit weights break, and a minute of training heals them.' },
    article: {
      name: 'The article',
      why: 'Observers alone: nothing is simulated, so that training is ordinary fine-tuning.',
    },
    qat: {
      name: 'PyTorch QAT',
      why: 'get_default_qat_qconfig("fbgemm") or ("x86"), which is the same, at 8 bits: fake-quant in every forward pass.',
    },
    qat_qnnpack: {
      name: 'PyTorch QAT for qnnpack',
      why: 'get_default_qat_qconfig("qnnpack"): one scale for a whole weight, and all 256 codes for activations.',
    },
    qat_without_add_relu: {
      name: 'PyTorch QAT without add_relu',
      why: 'Adds and their ReLUs apart, as the article has them, with fake-quant in every forward pass.',
    },
    qat_fused_kernel: {
      name: 'PyTorch QAT, its fused kernel',
      why: 'FusedMovingAvgObsFakeQuantize trains with one scale for each weight; conversion takes another.',
    },
    qat_without_fusion: {
      name: 'PyTorch QAT without fusion',
      why: 'fuse_modules forgotten: convolution, batch norm and ReLU are quantized one by one.',
    },
    per_tensor_minmax: {
      name: 'Per-tensor MinMax',
      why: "The article's other qconfig, in its comment: MinMaxObserver for activations and for whole weights.",
    },
  } satisfies Readonly<Record<NamedPreset, { readonly name: string; readonly why: string }>>,
};
