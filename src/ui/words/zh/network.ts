// The picture of the network, and what it can be coloured by.
import type { Words } from '../words.svelte';

export const network: Words['network'] = {
  title: '网络',
  afterStep: '在哪一步之后',
  colouredBy: '着色依据',
  stages: {
    loaded: { name: '已加载', what: '训练时的样子：每个卷积、批归一化和 ReLU 各是一个模块。' },
    fused: {
      name: '已融合',
      what: '每个卷积并入了它的批归一化，后面有 ReLU 的也一并并入：虚线表示已不存在。',
    },
    prepared: {
      name: '已准备',
      what: '桩模块标出整数码从哪里开始、到哪里结束；每个有位宽的节点，其输出和权重上都有伪量化。',
    },
    converted: { name: '已转换', what: '从第一个节点到最后一个都是整数：滑块的答案就出自这个网络。' },
  },
  atBits: (weightBits, activationBits) => `位宽为 ${weightBits}/${activationBits} 位。`,
  choose: '选择一个节点，查看它的内部。',
  compute: { look: '查看每一层', times: '给每一层计时', search: '搜索' },
  measuring: '测量中……',
  onlyConverted: '只有转换后的网络才有这项数据。',
  picture: '逐个节点的网络图',
  image: '图片',
  operations: {
    input: () => '图片',
    quant: () => '量化',
    dequant: () => '反量化',
    conv: ({ conv: { kernel } }) => `卷积 ${kernel}×${kernel}`,
    bn: () => '批归一化',
    relu: () => 'ReLU',
    add: ({ relu }) => (relu ? '加、ReLU' : '加'),
    maxpool: ({ kernel }) => `最大 ${kernel}×${kernel}`,
    avgpool: () => '平均',
    flatten: () => '展平',
    linear: () => '线性',
  },
  marks: { added: '新增', changed: '已改变', removed: '已移除' },
  measures: {
    weightBits: { name: '权重位宽', hint: '每个权重占用的位数。位数越少颜色越深。' },
    activationBits: {
      name: '激活值位宽',
      hint: '离开一层的每个值占用的位数：8 位中空出一位时为 7（reduce_range）。位数越少颜色越深。',
    },
    bytes: { name: '权重字节数', hint: '在当前位宽下，文件中占用的大小。' },
    macs: { name: '乘积数', hint: '一张图片所需的乘法次数，不计与填充相乘的部分。' },
    time: { name: '用时', hint: '单线程处理一张图片，各层分别计时。' },
    sqnr: {
      name: '噪声（SQNR）',
      hint: '信号与到此为止舍入产生的噪声之比；约 6 dB 相当于一位。噪声越大颜色越深。',
    },
    clipped: { name: '截断比例', hint: '超出最外侧整数码的激活值所占比例。' },
    differing: {
      name: '模拟与整数的差异',
      hint: '伪量化网络与整数网络取值不同的整数码所占比例。应当为 0。',
    },
    damage: { name: '敏感度', hint: '只有这一层用搜索中最少的位数时损失的准确率。' },
  },
  bits: (bits) => `${bits} 位`,
  noNoise: '无噪声',
};
