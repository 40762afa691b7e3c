// A recipe as a whole script in torch.ao.quantization's eager mode, the article's. Pure: text from a recipe.
// Not for torchao: torchao.ts; nor for what the scripts have in common: parts.ts.
import { resnet18 } from '../graph/resnet18';
import { fuse } from '../graph/fuse';
import { prepareBy } from '../quant/prepare-by';
import { qconfigCode } from '../quant/pytorch-code';
import type { QConfigId } from '../quant/qconfigs';
import type { QatGraph, QConfig } from '../quant/types';
import { readLayerBits } from '../recipe/layer-bits';
import type { Recipe } from '../recipe/recipe';
import * as parts from './parts';
import { leftOutFor, NOWHERE, type Reasons, type Script } from './script';

const FILENAME = 'qat_eager.py';

/** In short, for the page as well. */
export const EAGER_VERSIONS = `torch.ao.quantization is deprecated: PyTorch warns of it from 2.8 on. The warning says that 2.10 will be without it; ${parts.TORCH} still has it, and this script runs on ${parts.TORCH}.`;

/** @param bits of activations */
const clipsLess = (bits: number): string =>
  `Training, and the accuracy "simulated", clip at the last of these codes, ${2 ** bits - 1}. PyTorch's integer modules have scales for them but clip at 255, so that they clip less.`;

/** Of the layers' own bits. 'unknown': layers that are not quantized; 'clips': one whose activations clip less than here. */
type LayersLeftOut =
  | { readonly kind: 'unknown'; readonly layers: readonly string[] }
  | { readonly kind: 'clips'; readonly layer: string; readonly activationBits: number };

/** What the script cannot do of the layers' own bits; undefined where it does all. */
export function layersLeftOut(recipe: Recipe): LayersLeftOut | undefined {
  const { quant } = graphOf({ ...recipe, layerBits: '' }, recipe.qconfig);
  const asked = [...readLayerBits(recipe.layerBits)!];
  const layers = asked.filter(([id]) => !Object.hasOwn(quant, id)).map(([id]) => id);
  if (layers.length > 0) return { kind: 'unknown', layers };
  const narrow = asked.find(([, { activationBits }]) => activationBits < 8);
  return narrow && { kind: 'clips', layer: narrow[0], activationBits: narrow[1].activationBits };
}

const REASONS: Reasons = {
  layerBits: (recipe) => {
    const left = layersLeftOut(recipe);
    if (left?.kind === 'unknown') return `The network quantizes no ${left.layers.join(', ')}.`;
    return left && `${left.layer}: ${clipsLess(left.activationBits)}`;
  },
  activationBits: ({ activationBits }) => (activationBits < 8 ? clipsLess(activationBits) : undefined),
};

/** @param site where the script looks for the page's files if nobody says: an address or a folder */
export function eagerScript(asked: Recipe, site: string): Script {
  const leftOut = leftOutFor(asked, REASONS, NOWHERE);
  const recipe: Recipe = { ...asked, powerOfTwo: false };
  const { distillation, batchNorm, qconfig } = recipe;
  const about = [
    "The QAT Playground's ResNet18 for CIFAR-10, quantized after training and by training, in PyTorch's eager mode.",
    `${EAGER_VERSIONS} It needs an x86 CPU.`,
    `To install: pip install torch==${parts.TORCH} numpy`,
  ];
  const differences = [
    ...parts.DIFFERENCES,
    "PyTorch's integer modules clip activations at code 255; the page's do where the qconfig ends, at 127 by default.",
    ...(distillation > 0 ? [parts.DISTILLED] : []),
  ];
  const [observed, trained] = [graphOf(recipe, 'fbgemm'), graphOf(recipe, qconfig)];
  const isMixed = exceptions(trained).size > 0;
  const body = [
    `warnings.filterwarnings("ignore", message=".*deprecated")
torch.backends.quantized.engine = "fbgemm"`,
    parts.settings(recipe, site),
    qconfigs('PTQ', observed),
    qconfigs('QAT', trained),
    ...[parts.FILES, parts.imageCode(recipe), network(recipe)],
    ...(batchNorm === 'apart' ? [] : [FUSING]),
    ...(isMixed ? [CONFIGURE] : []),
    ...[ptq(recipe, isMixed), qat(recipe, isMixed)],
    ...(qconfig === 'lsq' ? [learning(recipe)] : []),
    ...[
      training(recipe),
      parts.ACCURACY,
      parts.mainCode({ recipe, kind: 'integers', ptq: 'convert(calibrated())', qat: 'convert(net)' }),
    ],
  ].join('\n\n\n');
  const imports = [
    parts.IMPORTS,
    parts.importsFrom('torch.ao.nn.quantized', ['FloatFunctional'], body),
    parts.importsFrom('torch.ao.quantization', QUANTIZATION, body),
    parts.importsFrom('torch.ao.quantization._learnable_fake_quantize', ['_LearnableFakeQuantize'], body),
  ].filter(Boolean);
  const top = parts.heading({ recipe: asked, filename: FILENAME, about, leftOut, differences });
  return { filename: FILENAME, leftOut, text: `${top}\n\n${imports.join('\n')}\n\n${body}\n` };
}

const QUANTIZATION = [
  ...['DeQuantStub', 'FakeQuantize', 'FusedMovingAvgObsFakeQuantize', 'HistogramObserver', 'MinMaxObserver'],
  ...['MovingAverageMinMaxObserver', 'MovingAveragePerChannelMinMaxObserver', 'PerChannelMinMaxObserver', 'QConfig'],
  ...['QuantStub', 'convert', 'disable_observer', 'fuse_modules', 'fuse_modules_qat', 'prepare', 'prepare_qat'],
];

/** What is prepared, with the layers' own bits that there are. */
function graphOf(recipe: Recipe, qconfig: QConfigId): QatGraph {
  const graph = recipe.batchNorm === 'apart' ? resnet18() : fuse(resnet18()).graph;
  const choices = { ...recipe, qconfig };
  const { quant } = prepareBy(graph, { ...choices, layers: new Map() });
  const layers = [...readLayerBits(recipe.layerBits)!].filter(([id]) => Object.hasOwn(quant, id));
  return prepareBy(graph, { ...choices, layers: new Map(layers) });
}

/** The layers that have another qconfig than the rest, by its code. */
function exceptions({ qconfig, quant }: QatGraph): ReadonlyMap<string, readonly string[]> {
  const general = qconfigCode(qconfig);
  const others = new Map<string, string[]>();
  for (const [id, own] of Object.entries(quant)) {
    const code = qconfigCode({ ...qconfig, ...own } as QConfig);
    if (code !== general) others.set(code, [...(others.get(code) ?? []), id]);
  }
  return others;
}

/** The qconfig of all layers under a name; of those that have others a list, NAME_OF, where there are any. */
function qconfigs(name: string, graph: QatGraph): string {
  const general = `${name} = ${qconfigCode(graph.qconfig)}`;
  const others = [...exceptions(graph)];
  if (others.length === 0) return general;
  const list = others.map(([code, ids]) => {
    const names = ids.map((id) => `"${id}"`).join(', ');
    return `    ([${names}], ${parts.indented(code, '    ')}),\n`;
  });
  return `${general}\n# Layers with other bits.\n${name}_OF = [\n${list.join('')}]`;
}

const network = ({ fuseAddRelu }: Recipe): string =>
  parts.networkCode({
    stubs: true,
    modules: '        self.skip_add = FloatFunctional()\n',
    sum: fuseAddRelu ? 'self.skip_add.add_relu(out, identity)' : 'self.relu2(self.skip_add.add(out, identity))',
  });

/** groups. */
const FUSING = `def groups(net):
    """What is fused: a convolution, its batch norm and the ReLU after it."""
    found = [["conv1", "bn1", "relu"]]
    for name, module in net.named_modules():
        if isinstance(module, Block):
            found += [[f"{name}.conv1", f"{name}.bn1", f"{name}.relu1"], [f"{name}.conv2", f"{name}.bn2"]]
            if module.downsample is not None:
                found.append([f"{name}.downsample.0", f"{name}.downsample.1"])
    return found`;

/** configure. */
const CONFIGURE = `def configure(net, qconfig, others):
    net.qconfig = qconfig
    for names, other in others:
        for name in names:
            net.get_submodule(name).qconfig = other`;

/** A line that gives `net` its qconfigs. @param isMixed layers have others than the rest */
const configuring = (isMixed: boolean, name: 'PTQ' | 'QAT'): string =>
  isMixed ? `    configure(net, ${name}, ${name}_OF)\n` : `    net.qconfig = ${name}\n`;

/** Lines that make `net` a float network for inference: fused, unless modules stay apart. */
const inference = ({ batchNorm }: Recipe): string => `    net = pretrained()
${batchNorm === 'apart' ? '' : '    fuse_modules(net, groups(net), inplace=True)\n'}`;

/** calibrated. */
const ptq = (recipe: Recipe, isMixed: boolean): string => `@torch.no_grad()
def calibrated():
    """Post-training quantization, ready to be converted."""
${inference(recipe)}${configuring(isMixed, 'PTQ')}    prepare(net, inplace=True)
    for x in images("validation", CALIBRATION_IMAGES)[0].split(CALIBRATION_BATCH):
        net(normalized(x))
    return net`;

/** floats and prepared. */
function qat(recipe: Recipe, isMixed: boolean): string {
  const { batchNorm, qconfig } = recipe;
  const fused = batchNorm === 'fused' ? '    fuse_modules_qat(net, groups(net), inplace=True)\n' : '';
  return `def floats():
    """What is trained."""
${batchNorm === 'folded' ? inference(recipe) : '    net = pretrained()\n'}    return net


def prepared():
    """Ready for quantization-aware training."""
    net = floats().train()
${fused}${configuring(isMixed, 'QAT')}    prepare_qat(net, inplace=True)
${qconfig === 'lsq' ? '    learn_scales(net, convert(calibrated()))\n' : ''}    return net`;
}

/** learn_scales. */
function learning({ weightScheme }: Recipe): string {
  const perChannel = weightScheme.startsWith('per_channel');
  const qparams = perChannel
    ? 'weight.q_per_channel_scales(), weight.q_per_channel_zero_points()'
    : 'weight.q_scale(), weight.q_zero_point()';
  return `def learn_scales(net, int8):
    """Scales begin as those of another network. Their gradients are divided by sqrt(N * quant_max), with N the values
    that share a scale, of an output those of one image: LSQ."""
    for name, module in list(net.named_modules()):
        if not isinstance(module, _LearnableFakeQuantize):
            continue
        path, kind = name.rsplit(".", 1)
        layer = int8.get_submodule(path)
        if kind == "weight_fake_quant":
            weight = layer.weight()
            scale, zero_point = ${qparams}
        else:
            scale, zero_point = layer.scale, layer.zero_point
        module.scale.data = torch.as_tensor(scale).float().reshape(-1)
        module.zero_point.data = torch.as_tensor(zero_point).float().reshape(-1)
        module.enable_param_learning()

        def count(module, inputs${perChannel ? '' : ', whole=kind == "weight_fake_quant"'}):
            module.shared = ${perChannel ? 'inputs[0][0].numel()' : '(inputs[0] if whole else inputs[0][0]).numel()'}

        def divide(gradient, module=module):
            return gradient / (module.shared * module.quant_max) ** 0.5

        module.register_forward_pre_hook(count)
        module.scale.register_hook(divide)
        module.zero_point.register_hook(divide)`;
}

const training = (recipe: Recipe): string =>
  parts.trainingCode({
    recipe,
    freezeBatchNorm: `            for module in net.modules():
                if isinstance(module, nn.BatchNorm2d):
                    module.eval()`,
    parameters:
      recipe.qconfig === 'lsq'
        ? {
            lines: `    # A scale has the size of what it quantizes: it does not decay.
    scales = [p for name, p in net.named_parameters() if name.endswith((".scale", ".zero_point"))]
    others = [p for name, p in net.named_parameters() if not name.endswith((".scale", ".zero_point"))]
`,
            groups: '[{"params": others}, {"params": scales, "weight_decay": 0}]',
          }
        : { lines: '', groups: 'net.parameters()' },
  });
