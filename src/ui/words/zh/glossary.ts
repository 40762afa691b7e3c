// The terms of the page in a sentence each. Links to #term-… in any text name them by id.
import type { Words } from '../words.svelte';

export const glossary: Words['glossary'] = {
  title: '术语表',
  terms: {
    activation: { name: '激活值', meaning: '在各层之间流动的数；与它相对的是固定不动的权重。' },
    agreement: { name: '一致率', meaning: '两个网络给出同一类别的图片所占的比例，不论对错。' },
    batchNorm: { name: '批归一化', meaning: '一种层：训练时对每个通道平移并缩放，使均值和离散程度保持稳定。' },
    clipping: { name: '截断', meaning: '超出范围的值取范围的端点。对少数值代价很大，而舍入对所有值代价都很小。' },
    control: { name: '对照', meaning: '同一个网络在不量化的情况下训练同样长的时间：单靠训练能带来多少提升。' },
    fakeQuant: { name: '伪量化', meaning: '舍入并截断为整数码，再变回浮点数：把整数的误差放进浮点网络里。' },
    observer: { name: '观察器', meaning: '查看一个张量的值，由此得出它的缩放因子和零点。' },
    perChannel: {
      name: '逐通道',
      meaning: '权重的每个输出通道各有自己的缩放因子，这样小通道不会被大通道淹没。',
    },
    ptq: { name: 'PTQ', meaning: '训练后量化：只看过一些数据、不再训练，就把训练好的网络转换为整数。' },
    qat: { name: 'QAT', meaning: '量化感知训练：放入伪量化进行训练，然后转换。' },
    qconfig: {
      name: 'qconfig',
      meaning: 'PyTorch 的叫法：选用哪种观察器和伪量化，激活值一份，权重一份。',
    },
    requantization: { name: '重量化', meaning: '把一层的整数和经过舍入和移位，变成该层输出的整数码。' },
    scale: { name: '缩放因子', meaning: '相邻两个整数码所代表的实数之间的距离。' },
    straightThrough: { name: '直通估计器', meaning: '反向传播时，舍入当作什么也没做，截断则当作一堵墙。' },
    wasm: {
      name: 'WASM',
      meaning: 'WebAssembly：浏览器里的编译代码，在这里用处理器运行。整数网络由它运行；不能用 WebGPU 时也由它训练。',
    },
    webgpu: { name: 'WebGPU', meaning: '浏览器用显卡进行计算的方式。' },
    zeroPoint: { name: '零点', meaning: '恰好代表 0 的整数码，使填充和 ReLU 保持精确。' },
  },
};
