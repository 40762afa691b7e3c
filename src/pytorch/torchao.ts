// A recipe as a whole script for torchao: prepare_pt2e, prepare_qat_pt2e and convert_pt2e with the X86InductorQuantizer.
// Pure: text from a recipe. Not for eager mode: eager.ts; nor for what the scripts have in common: parts.ts.
import { observerName } from '../quant/pytorch-code';
import { qconfigById } from '../quant/qconfigs';
import type { FakeQuantSpec, QConfig } from '../quant/types';
import type { Recipe } from '../recipe/recipe';
import * as parts from './parts';
import { leftOutFor, NOWHERE, type Reasons, type Script } from './script';

const FILENAME = 'qat_torchao.py';
/** Version that the script was run on. */
/** Its version. */
export const TORCHAO = '0.18.0';

/** In short, for the page as well. */
export const TORCHAO_VERSIONS = `torchao has taken over from torch.ao.quantization. This script runs on torchao ${TORCHAO} with torch ${parts.TORCH}.`;

const REASONS: Reasons = {
  qconfig: ({ qconfig }) =>
    qconfig === 'lsq'
      ? 'LearnableFakeQuantize is given the number of channels of its weight, and a QuantizationSpec is for the weights of all layers. FakeQuantize observes the ranges.'
      : undefined,
  weightScheme: ({ weightScheme }) =>
    weightScheme === 'per_channel_symmetric'
      ? undefined
      : 'X86InductorQuantizer is for symmetric weights with a scale for each channel. They have these.',
  keepEight: ({ keepEight }) =>
    keepEight === 'none' ? undefined : 'X86InductorQuantizer gives every layer the same bits.',
  layerBits: ({ layerBits }) =>
    layerBits === ''
      ? undefined
      : 'X86InductorQuantizer can configure single modules, but an activation is then quantized for the layer that reads it, not for the one that gives it. Every layer has the same bits.',
  batchNorm: ({ batchNorm }) =>
    batchNorm === 'fused' ? undefined : 'prepare_qat_pt2e trains every batch norm together with its convolution.',
  fuseAddRelu: ({ fuseAddRelu }) =>
    fuseAddRelu ? undefined : 'X86InductorQuantizer takes an add and its ReLU as one wherever it can.',
};

/** @param site where the script looks for the page's files if nobody says: an address or a folder */
export function torchaoScript(asked: Recipe, site: string): Script {
  const leftOut = leftOutFor(asked, REASONS, NOWHERE);
  const recipe: Recipe = {
    ...asked,
    ...{ powerOfTwo: false, weightScheme: 'per_channel_symmetric', batchNorm: 'fused' },
    qconfig: asked.qconfig === 'lsq' ? 'fbgemm_qat' : asked.qconfig,
  };
  const { distillation } = recipe;
  const about = [
    "The QAT Playground's ResNet18 for CIFAR-10, quantized after training and by training, with torchao.",
    TORCHAO_VERSIONS,
    `To install: pip install torch==${parts.TORCH} torchao==${TORCHAO} numpy`,
  ];
  const differences = [
    ...parts.DIFFERENCES,
    'X86InductorQuantizer quantizes what a convolution, the pooling or the linear layer reads, and not every output: of a sum one branch keeps floats, and so do the logits.',
    'The converted network computes in floats between quantize and dequantize operations, its weights held as int8. torch.compile makes int8 kernels of these on an x86 CPU.',
    ...(distillation > 0 ? [parts.DISTILLED] : []),
  ];
  const body = [
    'warnings.filterwarnings("ignore")',
    parts.settings(recipe, site),
    specs('PTQ', qconfigById('fbgemm', recipe)),
    specs('QAT', qconfigById(recipe.qconfig, recipe)),
    ...[parts.FILES, parts.imageCode(recipe), NETWORK, EXPORTED, PREPARED, training(recipe)],
    ...[
      parts.ACCURACY,
      parts.mainCode({
        recipe,
        kind: 'converted',
        ptq: 'converted(calibrated())',
        qat: 'converted(copy.deepcopy(net))',
      }),
    ],
  ].join('\n\n\n');
  const imports = [
    `import copy\n${parts.IMPORTS}`,
    parts.importsFrom(PT2E, NAMES, body),
    parts.importsFrom(`${PT2E}.quantize_pt2e`, ['convert_pt2e', 'prepare_pt2e', 'prepare_qat_pt2e'], body),
    `from ${PT2E}.quantizer.quantizer import QuantizationSpec`,
    `from ${PT2E}.quantizer.utils import QuantizationConfig`,
    `from ${PT2E}.quantizer.x86_inductor_quantizer import X86InductorQuantizer`,
  ];
  const top = parts.heading({ recipe: asked, filename: FILENAME, about, leftOut, differences });
  return { filename: FILENAME, leftOut, text: `${top}\n\n${imports.join('\n')}\n\n${body}\n` };
}

const PT2E = 'torchao.quantization.pt2e';
const NAMES = [
  ...['FakeQuantize', 'FusedMovingAvgObsFakeQuantize', 'HistogramObserver', 'MinMaxObserver'],
  ...['MovingAverageMinMaxObserver', 'MovingAveragePerChannelMinMaxObserver', 'PerChannelMinMaxObserver'],
  ...['allow_exported_model_train_eval', 'disable_observer'],
];

/** The specifications of activations and weights under two names. */
const specs = (name: string, { activation, weight }: QConfig): string =>
  `${name}_ACTIVATION = ${specification(activation, 'uint8')}\n${name}_WEIGHT = ${specification(weight, 'int8')}`;

/** As torch.ao.quantization's with_args: src/quant/pytorch-code.ts. */
function specification(spec: FakeQuantSpec, dtype: 'uint8' | 'int8'): string {
  const { granularity, scheme, qmin, qmax } = spec;
  const averaging = spec.observer === 'moving_average_minmax' ? [`averaging_constant=${spec.averagingConstant}`] : [];
  const fakeQuantize = 'fusedRule' in spec && spec.fusedRule ? 'FusedMovingAvgObsFakeQuantize' : 'FakeQuantize';
  const constructor = spec.simulate
    ? `${fakeQuantize}.with_args(${[`observer=${observerName(spec)}`, ...averaging].join(', ')})`
    : `${observerName(spec)}.with_args(${averaging.join(', ')})`;
  return `QuantizationSpec(
    dtype=torch.${dtype},
    quant_min=${qmin},
    quant_max=${qmax},
    qscheme=torch.${granularity}_${scheme},
${granularity === 'per_channel' ? '    ch_axis=0,\n' : ''}    observer_or_fake_quant_ctr=${constructor},
)`;
}

const NETWORK = parts.networkCode({ stubs: false, sum: 'self.relu2(out + identity)' });

/** exported, quantizer. */
const EXPORTED = `def exported(net):
    """The network as a graph, for batches of any size."""
    images = torch.zeros(2, 3, 32, 32)
    return torch.export.export(net, (images,), dynamic_shapes=({0: torch.export.Dim.AUTO},)).module()


def quantizer(activation, weight, is_qat):
    return X86InductorQuantizer().set_global(QuantizationConfig(activation, activation, weight, None, is_qat))`;

/** calibrated, floats, prepared. */
const PREPARED = `@torch.no_grad()
def calibrated():
    """Post-training quantization, ready to be converted."""
    net = prepare_pt2e(exported(pretrained()), quantizer(PTQ_ACTIVATION, PTQ_WEIGHT, is_qat=False))
    for x in images("validation", CALIBRATION_IMAGES)[0].split(CALIBRATION_BATCH):
        net(normalized(x))
    return allow_exported_model_train_eval(net)


def floats():
    """What is trained."""
    return allow_exported_model_train_eval(exported(pretrained().train()))


def prepared():
    """Ready for quantization-aware training."""
    net = prepare_qat_pt2e(exported(pretrained().train()), quantizer(QAT_ACTIVATION, QAT_WEIGHT, is_qat=True))
    return allow_exported_model_train_eval(net)


def converted(net):
    """Of the network that is given, which is used up."""
    return allow_exported_model_train_eval(convert_pt2e(net))`;

const training = (recipe: Recipe): string =>
  parts.trainingCode({
    recipe,
    // Of an exported network, eval() is about batch norms alone.
    freezeBatchNorm: '            net.eval()',
    parameters: { lines: '', groups: 'net.parameters()' },
  });
