// Which layer hurts, and the search of widths for each.
import type { Words } from '../words.svelte';

export const layers: Words['layers'] = {
  title: '哪一层损失最大？',
  about: (weightBits, activationBits) =>
    `在 ${weightBits}/${activationBits} 位下，每一层都同样舍入，但并非每一层都在意。可以查看每层损失了什么，或者让搜索为每层选定自己的位宽。`,
  look: '查看每一层',
  comparing: (pictures) => `正在用 ${pictures} 张图片比较……`,
  bitsTitle: '每层各自的位宽',
  bitsAbout: (tried, others, pictures) =>
    `每一层依次试用 ${tried} 位，其余各层为 ${others} 位。然后逐个降低“节省最多、损失最少”的那一层。途中的每个网络都在 ${pictures} 张验证图片上测量，约需一分钟。`,
  saved: '要节省什么',
  budgets: { bytes: '权重的字节数', time: '单线程用时' },
  end: '结束搜索',
  measured: (networks) => `已测量 ${networks} 个网络……`,
  search: '搜索',
  used: '各层现在使用这些位宽。',
  front: {
    chart: '所有测量过的网络的代价与准确率',
    caption: (least, most, worst, best) =>
      `横轴从 ${least} 到 ${most}，纵轴为准确率，从 ${worst} 到 ${best}。方块：所有层同一位宽。折线：没有其他网络能胜过的网络。`,
    title: '没有其他网络能胜过的网络',
    cost: { bytes: '权重', time: '用时' },
    right: '准确率',
    layers: '层',
    use: '采用',
    useThese: '采用这些位宽',
    widths: (layers, bits) => `${layers} 层 ${bits} 位`,
    join: '，',
  },
  table: {
    about:
      'SQNR 是信号与舍入噪声之比，噪声包括到该层为止的所有层：约 6 dB 相当于一位。截断：超出最外侧整数码的激活值。未用：没有任何权重（或激活值）取到的整数码。通道：最宽的权重通道是最窄通道的多少倍。不同：模拟网络与整数网络取值不同的整数码。',
    title: '每层损失了什么',
    layer: '层',
    afterPtq: 'PTQ 后的 SQNR',
    afterQat: 'QAT 后',
    clipped: '截断',
    unusedWeights: '未用：权重',
    unusedActivations: '未用：激活值',
    channels: '通道',
    differing: '不同',
    alone: '单独用最少位数',
    none: '无',
    of: (some, all) => `${some} / ${all}`,
    points: (points) => `${points} 个百分点`,
  },
};
