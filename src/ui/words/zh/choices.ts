// The recipe's named choices: what each is called and, in a sentence, what each of its values does. Not for numbers: fields.ts.
import type { Words } from '../words.svelte';

export const choices: Words['choices'] = {
  backend: {
    label: '在哪里训练',
    values: {
      auto: { name: '自动', hint: '浏览器支持 WebGPU 时用 WebGPU，否则用 WebAssembly。' },
      webgpu: { name: 'WebGPU', hint: '显卡。有真正的显卡时很快。' },
      wasm: { name: 'WebAssembly', hint: '处理器。处处都能运行。' },
    },
  },
  qconfig: {
    label: 'qconfig',
    values: {
      lsq: {
        name: '学习缩放因子（LSQ）',
        hint: 'QConfig(_LearnableFakeQuantize)：每个缩放因子都是参数，朝损失下降的方向移动。',
      },
      fbgemm_qat: {
        name: '模拟量化',
        hint: 'get_default_qat_qconfig("fbgemm")：观察器加伪量化。这才是真正的 QAT。',
      },
      fbgemm_fused: {
        name: '用 PyTorch 的融合内核模拟',
        hint: 'FusedMovingAvgObsFakeQuantize：权重训练时用一种缩放因子，转换时却用另一种。',
      },
      fbgemm: {
        name: '只观察，如文章所做',
        hint: 'get_default_qconfig("fbgemm")：只有观察器。训练仍是普通的浮点训练。',
      },
    },
  },
  keepEight: {
    label: '保留 8 位的部分',
    values: {
      none: { name: '没有', hint: '每一层都用上面的位宽。' },
      edges: {
        name: '首尾两端',
        hint: '输入图片、第一个卷积和最后一层：权重不多，影响却很大。',
      },
      edges_and_sums: {
        name: '首尾两端和加法',
        hint: '还有跳跃连接的和，之后的每个块都加在它上面。',
      },
    },
  },
  weightScheme: {
    label: '权重的缩放因子',
    values: {
      per_channel_symmetric: { name: '逐通道', hint: '每个输出通道一个缩放因子，fbgemm 的做法。' },
      per_tensor_symmetric: {
        name: '逐张量',
        hint: '整个权重张量共用一个缩放因子，qnnpack 的做法：一个特别大的通道会让所有通道的步长变粗。',
      },
      per_channel_affine: {
        name: '逐通道，非对称',
        hint: '带零点：权重较小的一侧不会浪费整数码。只能模拟。',
      },
      per_tensor_affine: { name: '逐张量，非对称', hint: '两者兼有。只能模拟。' },
    },
  },
  reduceRange: {
    label: '8 位激活值的整数码',
    values: {
      true: { name: '0 到 127', hint: 'reduce_range，fbgemm 的做法：两个乘积之和放得进 16 位。' },
      false: {
        name: '0 到 255',
        hint: '用上全部整数码，qnnpack 的做法：舍入误差减半，但我们引擎的内核会变慢。',
      },
    },
  },
  narrowRange: {
    label: '权重的整数码',
    values: {
      false: { name: '全部', hint: '-128 到 127：0 以下比 0 以上多一个。' },
      true: { name: '窄范围', hint: '-127 到 127，位宽更低时同样对称：没有权重恰好落在两个整数码正中间。' },
    },
  },
  powerOfTwo: {
    label: '缩放因子',
    values: {
      false: { name: '任意', hint: '与 PyTorch 相同。' },
      true: {
        name: '2 的幂',
        hint: '向上取整，因此不会截断更多的值：没有乘法器的硬件可以用移位代替。',
      },
    },
  },
  ranges: {
    label: '激活值的范围',
    values: {
      histogram: {
        name: 'PyTorch 的直方图',
        hint: 'HistogramObserver：取误差最小的范围，但无论位宽多少，都按 256 个整数码来算。',
      },
      mse: { name: '平方误差最小', hint: '按实际拥有的整数码来算。' },
      entropy: { name: '散度最小', hint: 'KL 散度，与 TensorRT 相同。' },
      percentile: { name: '百分位数', hint: '每 10,000 个值中只舍去一个。' },
      minmax: { name: '最小值到最大值', hint: '什么都不截断；但一个异常值就会让所有步长变粗。' },
    },
  },
  weightRanges: {
    label: '权重的范围',
    values: {
      minmax: { name: '最小值到最大值', hint: '逐通道，与 PyTorch 相同。' },
      mse: { name: '平方误差最小', hint: '逐通道，按实际拥有的整数码来算。' },
    },
  },
  rounding: {
    label: '权重的舍入',
    values: {
      nearest: { name: '到最近的整数码', hint: '与 PyTorch 相同。' },
      flipped: {
        name: '翻转',
        hint: '让一部分权重舍入到另一侧，使卷积核内、通道内的误差相互抵消：如 SQuant，不需要数据。',
      },
      learned: {
        name: '学习',
        hint: '在 1,024 张图片上逐块学习，使每个块的输出与原来一致：如 AdaRound 和 QDrop。转换网络时要花几分钟；需要立即回答的地方（滑块和逐层分析）改用“翻转”。',
      },
    },
  },
  correctBias: {
    label: '偏置',
    values: {
      false: { name: '保持原样', hint: '权重舍入后，每个输出的均值都会偏移。' },
      true: { name: '校正', hint: '从偏置中减去这个偏移：偏置校正。' },
    },
  },
  equalize: {
    label: '通道',
    values: {
      false: { name: '保持原样', hint: '同一张量中，有些通道比其他通道大得多。' },
      true: {
        name: '拉平',
        hint: '一个通道在这里除以多少，在下一层就乘以多少：跨层均衡。网络的计算结果不变。',
      },
    },
  },
  fuseAddRelu: {
    label: '跳跃连接',
    values: {
      true: { name: 'add_relu，合而为一', hint: '在 ReLU 之后量化：每个整数码都用于保留下来的值。' },
      false: {
        name: '先 add，再 ReLU，如文章所做',
        hint: '量化时连同和的负数部分，而 ReLU 随后就把它丢掉。',
      },
    },
  },
  batchNorm: {
    label: '批归一化',
    values: {
      folded: {
        name: '先折叠',
        hint: '训练前就把它的平均值并入权重：小批次影响不到它们。',
      },
      fused: {
        name: '一起训练，与 PyTorch 相同',
        hint: 'ConvBn 模块：在冻结之前，每批都用自己的平均值。',
      },
      apart: {
        name: '不融合',
        hint: '卷积、批归一化和 ReLU 各自独立：它们之间传递的值也要舍入为整数码。',
      },
    },
  },
  beginAt: {
    label: 'QAT 的起点',
    values: {
      weights: { name: '原来的权重', hint: '各自舍入到最近的整数码。' },
      ptq: {
        name: 'PTQ 的整数码',
        hint: '先把权重移到步骤 4 所选舍入方式给出的整数码上；若是学习的舍入，要先花几分钟。',
      },
    },
  },
  augmentation: {
    label: '图片',
    values: {
      crops_and_flips: {
        name: '裁剪和翻转',
        hint: '各方向最多平移 4 个像素；每两张有一张左右翻转。',
      },
      flips: {
        name: '翻转',
        hint: '每两张有一张左右翻转。有教师的短训练用它学得更多。',
      },
      none: { name: '不变', hint: '保持原样。' },
    },
  },
  optimizer: {
    label: '优化器',
    values: {
      sgd: { name: 'SGD', hint: '动量为 0.9，与文章相同。' },
      adam: {
        name: 'Adam',
        hint: '无论梯度多大，每个权重的步幅都与学习率相当：学习率应低十倍以上。',
      },
    },
  },
  distillation: {
    label: 'QAT 向谁学习',
    values: {
      '0': { name: '标签', hint: '每张图片一个正确答案。文章的做法。' },
      '0.5': { name: '各占一半', hint: '标签，以及网络在训练之前给出的回答。' },
      '1': {
        name: '原来的网络',
        hint: '蒸馏：它的回答还说明它有多确定、又想到了哪些别的类别。对照不能向自己学习。',
      },
    },
  },
  oscillations: {
    label: '来回跳动的整数码',
    values: {
      leave: { name: '任其跳动', hint: '靠近舍入边界的权重，其整数码可能隔一步就翻转一次。' },
      damp: { name: '抑制', hint: '把每个权重拉向其整数码的值，力度逐渐加大。' },
      freeze: {
        name: '冻结',
        hint: '翻转过于频繁的权重停在它最常取的整数码上。每步耗时更长，保存也要更多空间。',
      },
    },
  },
  schedule: {
    label: '学习率调度',
    values: {
      constant: { name: '恒定', hint: '每一步的学习率都相同。文章的做法。' },
      step: { name: '分段下降', hint: '三分之一处降到十分之一，三分之二处降到百分之一：StepLR。' },
      one_cycle: {
        name: '单周期',
        hint: '前三分之一升到设定的学习率，然后降到零：OneCycleLR。',
      },
      cosine: {
        name: '余弦降到零',
        hint: '从上面的学习率开始，到最后一步降到零：CosineAnnealingLR。',
      },
    },
  },
};
