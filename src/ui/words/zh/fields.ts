// Choices of the recipe that are moved or typed in: what each is called, and what it is for. Not for named ones: choices.ts.
import type { Words } from '../words.svelte';

export const fields: Words['fields'] = {
  weightBits: {
    label: '权重',
    hint: 'PyTorch 只转换 8 位。位宽越低，文件也按比例越小。',
  },
  activationBits: {
    label: '激活值',
    hint: '8 位时 fbgemm 只用整数码 0 到 127，使求和不会溢出：与 7 位一样多。要用全部整数码，见下文。',
  },
  layerBits: {
    label: '单独设定位宽的层',
    hint: '先写权重，后写激活值，优先于上面的设置：layer4.1.conv2=2/4,fc=8/8。',
  },
  steps: { label: '步数', hint: '每一步从一批图片中学习。对照训练同样多步。' },
  batch: {
    label: '批大小',
    hint: '每一步的图片数。越少越省内存；少于 8 时，批归一化的平均值噪声太大，准确率会受损。',
  },
  learningRate: {
    label: '学习率',
    hint: 'QAT 训练时也可更改；对照采用相同的学习率。文章用 0.001。',
  },
  averaging: {
    label: '权重平均',
    hint: '0：不平均。0.99：用大约最近 100 步的权重平均值作为训练好的网络。',
  },
  reestimateBatchNorm: {
    label: '重新统计',
    hint: '0：不重新统计。2,000：最后一步之后，一起训练的批归一化从这么多张图片重新取平均值。',
  },
  seed: { label: '随机种子', hint: '种子相同，图片的顺序就相同。' },
  images: { label: '测试图片', hint: '全部 10,000 张得到的数字最可靠；少一些更快。' },
};

export const fieldForms: Words['fieldForms'] = {
  bits: (bits) => `${bits} 位`,
  wholeRefused: (min, max, value) => `未采用：请选择 ${min} 到 ${max} 之间的整数。仍为 ${value}。`,
  realRefused: (min, max, value) => `未采用：请选择 ${min} 到 ${max} 之间的数。仍为 ${value}。`,
  layersRefused: '未采用：请写成 layer4.1.conv2=2/4,fc=8/8 的形式，每层只写一次。',
  announced: (label, refusal) => `${label}：${refusal}`,
};
