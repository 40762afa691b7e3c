// Code beside the page. Not for the scripts, nor for what they say of themselves: src/pytorch.
import { layersLeftOut } from '../../../pytorch/eager';
import { TORCH } from '../../../pytorch/parts';
import { TORCHAO } from '../../../pytorch/torchao';
import type { Choice, Recipe } from '../../../recipe/recipe';
import type { Words } from '../words.svelte';

type Sentences = Readonly<Partial<Record<Choice, string>>>;

const NOWHERE: Sentences = {
  powerOfTwo: 'PyTorch 没有缩放因子为 2 的幂的观察器，因此缩放因子可为任意值。',
  ranges: 'PyTorch 没有这样选取激活值范围的观察器，改用 HistogramObserver。',
  weightRanges: 'PyTorch 没有这样选取权重范围的观察器，改用最小值和最大值。',
  rounding: 'PyTorch 把每个权重舍入到最近的整数码。',
  beginAt: 'QAT 从权重的原值开始。',
  correctBias: '偏置保持原值。',
  equalize: '通道保持原样。',
  oscillations: 'PyTorch 没有监视整数码的功能，权重的振荡不作处理。',
  reestimateBatchNorm: 'torch.optim.swa_utils.update_bn 在统计时会改变用来缩放权重的方差，因此保留滑动统计量。',
};
/** What its integer modules do not clip. @param bits of activations */
const clipsLess = (bits: number): string =>
  `训练以及准确率“simulated”在最后一个整数码 ${2 ** bits - 1} 处截断。PyTorch 的整数模块有对应的缩放因子，但在 255 处截断，因此截断得更少。`;
function ofLayers(recipe: Recipe): string | undefined {
  const left = layersLeftOut(recipe);
  if (left?.kind === 'unknown') return `网络不量化 ${left.layers.join('、')}。`;
  return left && `${left.layer}：${clipsLess(left.activationBits)}`;
}
const IN_TORCHAO: Sentences = {
  ...NOWHERE,
  qconfig:
    'LearnableFakeQuantize 需要知道权重的通道数，而一个 QuantizationSpec 要用于所有层的权重，因此由 FakeQuantize 观察范围。',
  weightScheme: 'X86InductorQuantizer 用于对称权重，每个通道一个缩放因子，因此权重采用这种方式。',
  keepEight: 'X86InductorQuantizer 给每一层相同的位宽。',
  layerBits:
    'X86InductorQuantizer 可以配置单个模块，但激活值随后是按读取它的层来量化，而不是按给出它的层，因此每一层的位宽相同。',
  batchNorm: 'prepare_qat_pt2e 总是把批归一化与它的卷积一起训练。',
  fuseAddRelu: 'X86InductorQuantizer 只要可能就把加法与它的 ReLU 合为一个。',
};

export const code: Words['code'] = {
  title: '与页面对应的代码',
  summary: '在 PyTorch 中做同样事情的完整脚本，与当前的选项一致',
  leftOut: '您的选项中，这个脚本没有包含：',
  why: {
    eager({ choice }, recipe) {
      if (choice === 'layerBits') return ofLayers(recipe);
      return choice === 'activationBits' ? clipsLess(recipe.activationBits) : NOWHERE[choice];
    },
    torchao: ({ choice }) => IN_TORCHAO[choice],
  },
  versions: {
    eager: `torch.ao.quantization 已被弃用：PyTorch 从 2.8 起给出警告，称 2.10 将不再包含它；${TORCH} 中仍然有，本脚本在 ${TORCH} 上运行。`,
    torchao: `torchao 已接替 torch.ao.quantization。本脚本在 torchao ${TORCHAO} 和 torch ${TORCH} 上运行。`,
  },
  whole: '您的每个选项都在这个脚本里。',
  about: (command) =>
    `它从本页的地址读取权重和图片，因此要在本页可以访问时运行：\`${command}\`。与本页不同的地方写在脚本开头。`,
  copy: (file) => `复制 ${file}`,
  copied: '脚本已复制。',
  notCopied: '此浏览器不允许页面复制。请直接选中文本。',
};
