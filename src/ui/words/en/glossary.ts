// The terms of the page in a sentence each. Links to #term-… in any text name them by id.
export const glossary = {
  title: 'Glossary',
  terms: {
    activation: {
      name: 'Activation',
      meaning: 'A number that flows between layers, as opposed to a weight, which stays.',
    },
    agreement: {
      name: 'Agreement',
      meaning: 'The share of pictures for which two networks name the same class, right or wrong.',
    },
    batchNorm: {
      name: 'Batch norm',
      meaning: 'A layer that shifts and scales each channel to a steady mean and spread while training.',
    },
    clipping: {
      name: 'Clipping',
      meaning:
        'Values beyond the range get the range’s end. Costs much for few values, where rounding costs little for all.',
    },
    control: {
      name: 'Control',
      meaning: 'The same network trained just as long without quantization: what training alone would have brought.',
    },
    fakeQuant: {
      name: 'Fake-quant',
      meaning: 'Rounds and clips to codes, then goes back to float: the error of integers inside a float network.',
    },
    observer: { name: 'Observer', meaning: 'Watches the values of a tensor and derives its scale and zero point.' },
    perChannel: {
      name: 'Per channel',
      meaning:
        'Each output channel of a weight has a scale of its own, so a small channel is not drowned by a large one.',
    },
    ptq: {
      name: 'PTQ',
      meaning: 'Post-training quantization: convert a trained network after watching some data, with no training.',
    },
    qat: { name: 'QAT', meaning: 'Quantization-aware training: train with fake-quant in place, then convert.' },
    qconfig: {
      name: 'qconfig',
      meaning: 'PyTorch’s name for the choice of observer and fake-quant, one for activations, one for weights.',
    },
    requantization: {
      name: 'Requantization',
      meaning: 'A layer’s integer sum, rounded and shifted into the codes of its output.',
    },
    scale: {
      name: 'Scale',
      meaning: 'The distance between the real numbers that two neighbouring codes stand for.',
    },
    straightThrough: {
      name: 'Straight-through estimator',
      meaning: 'On the way back, rounding counts as doing nothing, and clipping as a wall.',
    },
    wasm: {
      name: 'WASM',
      meaning:
        'WebAssembly: compiled code in the browser, here on the processor. Runs the integers, and trains where WebGPU cannot.',
    },
    webgpu: { name: 'WebGPU', meaning: 'The browser’s way to compute on the graphics card.' },
    zeroPoint: {
      name: 'Zero point',
      meaning: 'The code that stands for exactly 0, so that padding and ReLU stay exact.',
    },
  },
};
export type TermId = keyof typeof glossary.terms;
