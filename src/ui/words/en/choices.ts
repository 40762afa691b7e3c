// The recipe's named choices: what each is called and, in a sentence, what each of its values does. Not for numbers: fields.ts.
import type { Choice, NumberChoice, Recipe } from '../../../recipe/recipe';

type Named = Exclude<Choice, Exclude<NumberChoice, 'distillation'> | 'layerBits'>;
interface Texts<Value extends string> {
  readonly label: string;
  readonly values: Readonly<Record<Value, { readonly name: string; readonly hint: string }>>;
}

export const choices = {
  backend: {
    label: 'Where to train',
    values: {
      auto: { name: 'Automatic', hint: 'WebGPU where the browser has it, else WebAssembly.' },
      webgpu: { name: 'WebGPU', hint: 'The graphics card. Fast where there is a real one.' },
      wasm: { name: 'WebAssembly', hint: 'The processor. Runs everywhere.' },
    },
  },
  qconfig: {
    label: 'qconfig',
    values: {
      lsq: {
        name: 'Learning its scales (LSQ)',
        hint: 'QConfig(_LearnableFakeQuantize): every scale is a parameter and moves to where the loss falls.',
      },
      fbgemm_qat: {
        name: 'Simulating',
        hint: 'get_default_qat_qconfig("fbgemm"): observers and fake-quant. Real QAT.',
      },
      fbgemm_fused: {
        name: "Simulating by PyTorch's fused kernel",
        hint: 'FusedMovingAvgObsFakeQuantize: weights are trained with one scale and converted with another.',
      },
      fbgemm: {
        name: 'Observe only, as in the article',
        hint: 'get_default_qconfig("fbgemm"): observers alone. Training stays plain float training.',
      },
    },
  },
  keepEight: {
    label: 'Kept at 8 bits',
    values: {
      none: { name: 'No layer', hint: 'Every layer has the widths above.' },
      edges: {
        name: 'The ends',
        hint: 'The image, the first convolution and the last layer: few weights, and much hangs on them.',
      },
      edges_and_sums: {
        name: 'The ends and the sums',
        hint: 'The sums of the skip connections too, which every later block adds to.',
      },
    },
  },
  weightScheme: {
    label: 'Scales of weights',
    values: {
      per_channel_symmetric: { name: 'Per channel', hint: 'A scale for each output channel, fbgemm’s.' },
      per_tensor_symmetric: {
        name: 'Per tensor',
        hint: 'One scale for all of a weight, qnnpack’s: one large channel makes the steps of all coarse.',
      },
      per_channel_affine: {
        name: 'Per channel, affine',
        hint: 'With zero points: no code is wasted on a side with smaller weights. For simulation only.',
      },
      per_tensor_affine: { name: 'Per tensor, affine', hint: 'Both. For simulation only.' },
    },
  },
  reduceRange: {
    label: 'Codes of 8-bit activations',
    values: {
      true: { name: '0 to 127', hint: 'reduce_range, fbgemm’s: products of two fit 16 bits.' },
      false: {
        name: '0 to 255',
        hint: 'All codes, qnnpack’s: half the rounding error, and slower kernels of our engine.',
      },
    },
  },
  narrowRange: {
    label: 'Codes of weights',
    values: {
      false: { name: 'All codes', hint: '-128 to 127: one more below 0 than above.' },
      true: { name: 'Narrow', hint: '-127 to 127, and as much of fewer bits: no weight lies on a tie.' },
    },
  },
  powerOfTwo: {
    label: 'Scales',
    values: {
      false: { name: 'Any', hint: 'As PyTorch.' },
      true: {
        name: 'Powers of two',
        hint: 'Rounded up, so that nothing more is clipped: hardware without multipliers shifts instead.',
      },
    },
  },
  ranges: {
    label: 'Ranges of activations',
    values: {
      histogram: {
        name: "PyTorch's histogram",
        hint: 'HistogramObserver: the least error, but as if there were 256 codes, whatever the bits.',
      },
      mse: { name: 'Least squared error', hint: 'Of the codes there really are.' },
      entropy: { name: 'Least divergence', hint: 'Kullback and Leibler, as TensorRT has it.' },
      percentile: { name: 'Percentile', hint: 'All but one value in 10,000.' },
      minmax: { name: 'Smallest and largest', hint: 'Nothing is clipped; one odd value makes all steps coarse.' },
    },
  },
  weightRanges: {
    label: 'Ranges of weights',
    values: {
      minmax: { name: 'Smallest and largest', hint: 'Of each channel, as PyTorch.' },
      mse: { name: 'Least squared error', hint: 'Of each channel and the codes there really are.' },
    },
  },
  rounding: {
    label: 'Rounding of weights',
    values: {
      nearest: { name: 'To the nearest code', hint: 'As PyTorch.' },
      flipped: {
        name: 'Flipped',
        hint: 'Some go to the other side, so that the errors of a kernel and of a channel cancel: as SQuant, without data.',
      },
      learned: {
        name: 'Learned',
        hint: 'Block by block on 1,024 pictures, so that each block gives what it gave before: as AdaRound and QDrop. Takes minutes when the network is converted; what answers at once, the slider and the study of layers, takes flipped ones instead.',
      },
    },
  },
  correctBias: {
    label: 'Biases',
    values: {
      false: { name: 'As they are', hint: 'Rounded weights shift the mean of every output.' },
      true: { name: 'Corrected', hint: 'That shift is taken from the bias: bias correction.' },
    },
  },
  equalize: {
    label: 'Channels',
    values: {
      false: { name: 'As they are', hint: 'Some channels are far larger than others of their tensor.' },
      true: {
        name: 'Made alike',
        hint: 'A channel divided here is multiplied in the next layer: cross-layer equalization. The network computes the same.',
      },
    },
  },
  fuseAddRelu: {
    label: 'Skip connections',
    values: {
      true: { name: 'add_relu, in one', hint: 'Quantized after the ReLU: every code serves a value that survives.' },
      false: {
        name: 'add, then ReLU, as in the article',
        hint: 'The sum is quantized with its negative part, which the ReLU then throws away.',
      },
    },
  },
  batchNorm: {
    label: 'Batch norm',
    values: {
      folded: {
        name: 'Folded first',
        hint: 'Its averages become part of the weights before training: small batches have no say in them.',
      },
      fused: {
        name: 'Trained along, as in PyTorch',
        hint: 'ConvBn modules: each batch counts with its own averages until they are frozen.',
      },
      apart: {
        name: 'Without fusion',
        hint: 'Each convolution, batch norm and ReLU by itself: what passes between them is rounded to codes, too.',
      },
    },
  },
  beginAt: {
    label: 'QAT begins with',
    values: {
      weights: { name: 'The weights as they are', hint: 'Each rounds to its nearest code.' },
      ptq: {
        name: 'PTQ’s codes',
        hint: 'Weights are moved to the codes that the roundings chosen in step 4 give; those that are learned take minutes first.',
      },
    },
  },
  augmentation: {
    label: 'Pictures',
    values: {
      crops_and_flips: {
        name: 'Crops and flips',
        hint: 'Shifted by up to 4 pixels each way; every other one mirrored.',
      },
      flips: {
        name: 'Flips',
        hint: 'Every other one mirrored. A short training by a teacher learns more of these.',
      },
      none: { name: 'None', hint: 'As they are.' },
    },
  },
  optimizer: {
    label: 'Optimizer',
    values: {
      sgd: { name: 'SGD', hint: 'With a momentum of 0.9, as in the article.' },
      adam: {
        name: 'Adam',
        hint: 'Each weight’s step is as large as the rate, whatever its gradient: choose a rate ten times lower or more.',
      },
    },
  },
  distillation: {
    label: 'What QAT learns from',
    values: {
      '0': { name: 'The labels', hint: 'One right answer to each picture. The article has it.' },
      '0.5': { name: 'Half and half', hint: 'Labels, and what the network answered before it was trained.' },
      '1': {
        name: 'The network as it was',
        hint: 'Distillation: its answers also tell how sure it was, and of what else. The control cannot learn from itself.',
      },
    },
  },
  oscillations: {
    label: 'Codes that go back and forth',
    values: {
      leave: { name: 'Leave them', hint: 'Near a rounding edge a weight’s code may flip at every other step.' },
      damp: { name: 'Damp them', hint: 'Every weight is pulled to the value of its code, more and more.' },
      freeze: {
        name: 'Freeze them',
        hint: 'A weight that flips too often stays at its most usual code. Steps take longer, and saving needs more room.',
      },
    },
  },
  schedule: {
    label: 'Schedule of the learning rate',
    values: {
      constant: { name: 'Constant', hint: 'The same rate at every step. The article has it.' },
      step: { name: 'In steps', hint: 'A tenth of the rate after a third, a hundredth after two: StepLR.' },
      one_cycle: {
        name: 'One cycle',
        hint: 'Up to the rate in the first third, then down to nothing: OneCycleLR.',
      },
      cosine: {
        name: 'Cosine to zero',
        hint: 'Falls from the rate above to zero by the last step: CosineAnnealingLR.',
      },
    },
  },
} satisfies { readonly [C in Named]: Texts<`${Recipe[C]}`> };
