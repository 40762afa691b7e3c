// The runs side by side: their table, what was kept of earlier visits, curves laid over each other, seeds, and deleting.
import type { Words } from '../words.svelte';

/** On which day and at what time. */
const time = new Intl.DateTimeFormat('zh-Hans', { dateStyle: 'medium', timeStyle: 'short' });

export const runs: Words['runs'] = {
  title: '实验',
  add: '以这些选项新建实验',
  tableLabel: '各实验的选项与准确率',
  run: '实验',
  bits: '位宽：权重、激活值',
  qconfig: 'qconfig',
  training: '训练',
  control: '对照',
  pictures: '测试图片',
  state: '状态',
  actions: '操作',
  overlay: '叠加',
  qconfigs: {
    fbgemm_qat: '模拟',
    fbgemm_fused: '融合内核',
    fbgemm: '仅观察',
    lsq: '学习缩放因子',
  },
  trained: (steps, batch, rates, cosine, seed) =>
    `${steps} × ${batch}，学习率 ${rates.join('，然后 ')}${cosine ? '，沿余弦降到零' : ''}，种子 ${seed}`,
  controlSteps: (steps) => `；对照 ${steps} 步`,
  computing: '正在计算',
  changed: (step) => `选项已改：下一步是${step}`,
  next: (step) => `下一步：${step}`,
  done: '已完成',
  gone: '权重已不在：可重新运行',
  keptWith: (size) => `已保存：${size}`,
  open: '打开',
  pinned: '已置顶',
  called: (name) => (typeof name === 'number' ? `实验 ${name}` : name),
  nameOf: (name) => `${name} 的名称`,
  nameThen: (name, when) => `${name}，${time.format(when)}`,
  rename: '重命名',
  duplicate: '复制',
  again: '重新运行',
  againWithSeed: (seed) => `换种子 ${seed} 重新运行`,
  pin: '置顶',
  unpin: '取消置顶',
  delete: '删除',
  unpinFirst: '（请先取消置顶）',
  overlayIt: (name) => `叠加 ${name}`,
  kept: (runs) =>
    `共 ${runs} 个实验。训练过或置顶的实验，其设置、结果和曲线会保留在此浏览器中，供下次访问使用；转换之后，报告和整数模型也会保留，可以重新打开。浮点权重另行保存，以空间足够为限。如果按测试准确率挑选最好的一行，就等于用测试图片做了选择：请改看验证曲线。`,
  notRead: {
    message: '之前保留的部分实验无法读取。',
    hint: '已将其放到一边；其余实验仍在，新的实验照常保留。',
  },
  overlaid: '叠加的实验',
  chooseTwo: '请在表格中再选一个实验，把它的曲线叠加上来。',
  most: (runs) => `最多只能分辨 ${runs} 个实验。`,
  noCurve: (names) => `${names} 还没有可画的曲线。`,
  loss: 'QAT 的训练损失（平滑后）',
  accuracy: 'QAT 的验证准确率',
  ends: (name, figure) => `${name}：${figure}。`,
  removeAll: '全部移除',
  seeds: '只有种子不同的实验',
  sameChoices: (weightBits, activationBits, steps, batch) =>
    `${weightBits} 位权重、${activationBits} 位激活值，训练 ${steps} 步，每批 ${batch} 张图片`,
  seed: (seed) => `种子 ${seed}`,
  seedColumn: '种子',
  spread: (runs, mean, deviation, low, high) =>
    `${runs} 个种子：QAT INT8 在测试图片上的平均准确率为 ${mean}，标准差 ${deviation} 个百分点，范围从 ${low} 到 ${high}。`,
  noSpread: '其中两个实验完成第 8 步后，这里会显示平均值和离散程度。',
  curveLoss: '损失',
  deleteTitle: (name) => `删除 ${name}？`,
  endsStep: '正在运行的步骤会被终止。',
  deleteLive:
    '它的结果会被清除，此浏览器为其训练保存的内容也会一并清除。其他实验、其他已保存的训练和已下载的内容都会保留。',
  deletePast: '它的设置、结果和曲线会被清除，为它保留的整数模型也会一并清除。其他实验和已保存的训练都会保留。',
  keepIt: '保留',
};
