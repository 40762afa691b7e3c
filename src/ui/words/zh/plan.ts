// The integer engine's plan, layer by layer.
import type { Words } from '../words.svelte';

export const plan: Words['plan'] = {
  title: '引擎的执行计划',
  about: (left, microseconds) =>
    `计划只根据整数本身制定，在任何运行之前。网络中 ${left} 的乘法只会碰到填充值，因此省去。时间是本页单线程的测量值，合计 ${microseconds} µs；“相对最快层”比较每秒的乘法次数。位宽分别指一个权重和一个输出整数码；若内核能直接读取，4 位或 2 位的权重在内存中保持紧凑存放。内核名称说明它的乘法方式和分块：像素数 × 通道数。`,
  layer: '层',
  kernel: '内核',
  multiplications: '百万次乘法',
  bits: '位宽',
  weights: '权重',
  time: '时间',
  ofFastest: '相对最快层',
  proof: '为何求和不会溢出',
  proofs: {
    wide: () => '用 i32 累加 i16 乘积',
    lookup: ({ terms }) => `用 i16 累加 ${terms} 个 2 位的乘积`,
    dot: ({ max }) => `激活值 0..${max} 放得进 7 位`,
    'dot-bytes': ({ max, terms, most }) => `激活值 0..${max} 放得进 7 位，${terms} 乘以 ${most} 放得进 i32`,
    pair: () => '两个乘积之和放得进 i16',
    chain: ({ products, most }) => `${products} 个不超过 ${most} 的乘积之和放得进 i16`,
    group: ({ weights, from, to, max }) => `每 ${weights} 个权重之和在 ${from}..${to} 之内，乘以 ${max} 放得进 i16`,
  },
};
