// Whole recipes by name: what each is called and, in a line, what it is for. Not for single choices: choices.ts.
import type { Words } from '../words.svelte';

export const presets: Words['presets'] = {
  label: '按名称选择整套配方',
  own: '自定义',
  partlyOwn: '有些选项是您自己选的。',
  learned: {
    name: (weightBits, activationBits) => `W${weightBits}A${activationBits}，学习缩放因子`,
    why: (steps) => `在这一位宽下测得的最佳结果：训练 ${steps} 步，由原来的网络当教师。`,
  },
  named: {
    as_opened: { name: '打开页面时的配方', why: '3 位权重使网络失灵，训练一分钟就能恢复。' },
    article: {
      name: '文章的配方',
      why: '只有观察器：什么都不模拟，因此训练就是普通的微调。',
    },
    qat: {
      name: 'PyTorch QAT',
      why: '8 位下的 get_default_qat_qconfig("fbgemm")，与 ("x86") 相同：每次前向传播都有伪量化。',
    },
    qat_qnnpack: {
      name: '用于 qnnpack 的 PyTorch QAT',
      why: 'get_default_qat_qconfig("qnnpack")：整个权重张量共用一个缩放因子，激活值用上全部 256 个整数码。',
    },
    qat_without_add_relu: {
      name: 'PyTorch QAT，不用 add_relu',
      why: '加法和随后的 ReLU 分开，如文章所做；每次前向传播都有伪量化。',
    },
    qat_fused_kernel: {
      name: 'PyTorch QAT，融合内核',
      why: 'FusedMovingAvgObsFakeQuantize 训练时每个权重用一种缩放因子，转换时却用另一种。',
    },
    qat_without_fusion: {
      name: 'PyTorch QAT，不融合',
      why: '忘了 fuse_modules：卷积、批归一化和 ReLU 各自量化。',
    },
    per_tensor_minmax: {
      name: '逐张量 MinMax',
      why: '文章注释里的另一个 qconfig：激活值和整个权重张量都用 MinMaxObserver。',
    },
  },
};
