// The gallery of what goes wrong. What each trap changes, and where its figures stand: gallery/traps.ts.
import type { Words } from '../words.svelte';

const RULES_RECORDED = '默认训练，3/8 位，400 步，种子 0，5,000 张验证图片；Chromium，WASM（docs/quantization.md）';
const NOT_RECORDED = '没有记录过数值。建一个实验，就能在这里测出来。';

export const gallery: Words['gallery'] = {
  title: '常见错误',
  about:
    '别人犯过的错误，第一个就出自原文章。其中能在这里选出来的，会在您的实验旁边新建一个实验：本页打开时的配方，加上这一个错误。',
  cure: '对策：',
  here: '在这里：',
  make: '新建带有此错误的实验',
  announced: (run) => `${run} 是带有此错误的新实验。您的其他实验保持不变。`,
  made: (run) => `${run} 带有此错误，[它的步骤等您来运行](#top)。您的其他实验保持不变。`,
  of256: '张（共 256 张图片）',

  traps: {
    'observe-only': {
      name: '只观察的 qconfig',
      mechanism:
        'get_default_qconfig 只有观察器，没有伪量化。像原文章那样用它训练，只是普通的微调：网络从未遇到自己的舍入误差，转换时则像 PTQ 一样舍入。',
      cure: '使用 get_default_qat_qconfig，它的伪量化在每次前向计算中都做舍入。',
      here: '把它的 QAT 与它的 PTQ 相比，再与采用默认 qconfig 的实验相比。',
      figures: [],
      recorded: NOT_RECORDED,
    },
    'two-rules': {
      name: '训练用一个缩放因子，转换用另一个',
      mechanism:
        'PyTorch 的融合内核按 max(−a / 128, b / 127) 确定对称权重的缩放因子，转换时却按观察器的规则。位数越少，二者相差越大，得到的整数网络就不是训练出来的那个网络。',
      cure: '两处用同一个规则，本页默认如此。',
      here: '比较模拟网络与整数网络的准确率。',
      figures: ['同一个规则', '两个规则'],
      recorded: `${RULES_RECORDED}。`,
    },
    'search-of-256': {
      name: '按 256 个整数码搜索范围，却只用 16 个',
      mechanism:
        'PyTorch 的直方图观察器不论位宽多少，都按 256 个整数码来估计误差。4 位时它保留的范围，对 16 个整数码来说太宽了。',
      cure: '按实际的整数码个数取平方误差最小的范围：范围选 mse。',
      here: '受害的是 PTQ：把滑块放到 4/4，再把范围改为 mse。',
      figures: ['按 16 个整数码搜索', '按 256 个整数码搜索'],
      recorded:
        '4/4 位 PTQ，首尾两层和跳跃连接的加法为 8 位，5,000 张验证图片，其中 512 张用于校准（docs/quantization.md）。',
    },
    'no-fusion': {
      name: '忘了 fuse_modules',
      mechanism: '卷积、批归一化和 ReLU 被逐个量化：每两者之间多一次舍入，每张特征图也要多遍历一次。',
      cure: '在准备（prepare）之前先融合。',
      here: '从准确率几乎看不出来，请看单张图片的用时。',
      figures: ['融合，单张图片', '未融合，单张图片', '融合', '未融合'],
      recorded: `${RULES_RECORDED}；用时在一台并不空闲的机器上以单线程测得。`,
    },
    'plain-add': {
      name: '用 + 做跳跃连接的加法',
      mechanism:
        '在 PyTorch 的 eager 模式中，观察器要挂在模块上，而 + 不是模块。相加的结果没有自己的缩放因子，转换后的网络会停在加法处：它的量化张量没有定义 +。',
      cure: '使用 nn.quantized.FloatFunctional，它的 add 或 add_relu 是可以观察的模块。',
      here: '本页的计算图中每个加法都是一个运算，因此在这里犯不了这个错误。',
      figures: [],
      recorded: '没有可测的东西：转换后的网络给不出结果。',
    },
    'chosen-on-test': {
      name: '在测试集上做选择',
      mechanism:
        '试了许多配方，再按测试准确率留下最好的，留下的其实是运气最好的，报告的数字里也含着运气。如果网络还从评判它的图片里学习过，就最为严重。',
      cure: '用验证图片做选择，测试集只看一次。',
      here: '配方中没有哪个选项会造成这个错误；但如果按“实验”表中的测试准确率来挑选，就会犯它。',
      figures: ['用它学习过的 512 张评判', '用另外 4,488 张评判'],
      recorded: '极端的例子：2/2 位 PTQ，舍入方式就是从评判它的图片中学来的，种子 0（docs/quantization.md）。',
    },
    rate: {
      name: '学习率太高，又没有调度',
      mechanism:
        '预训练网络需要小步前进。学习率太高会丢掉它已经学会的东西；没有调度，最后几步就和最初一样大，网络永远稳定不下来。',
      cure: '用验证图片选出峰值，再沿余弦降到零。',
      here: '看验证曲线一直跳到最后一步。恒定学习率的代价由您的实验测出。',
      figures: ['峰值 0.001，余弦', '峰值 0.003，仍用余弦'],
      recorded: '3/8 位，400 步，种子 0，5,000 张验证图片；Node，WASM（docs/quantization.md）。',
    },
    'tiny-batches': {
      name: '用极小的批做批归一化',
      mechanism:
        '在最后几层，一张图片只有很少几个位置，两张图片的均值和方差几乎全是噪声。它们在训练中使通道偏移，最后留下的滑动平均也只是这种噪声的平均。',
      cure: '用更大的批，或在训练前冻结或折叠批归一化。',
      here: '激活值为 8 位时，本页从第一步起就冻结批归一化；6 位时它会训练一段时间。',
      figures: [],
      recorded: NOT_RECORDED,
    },
    'observers-on': {
      name: '观察器一直开着',
      mechanism:
        '观察器运行时，缩放因子随每一批移动，权重瞄准的网格一直在动。PyTorch 转换时还会再看一次权重，因此最后的缩放因子从未参与过训练。',
      cure: '在结束之前冻结观察器，让权重在最终的网格上稳定下来。',
      here: '本页在一半的步数之后冻结它们，这一步无法省去。',
      figures: [],
      recorded: '没有记录过数值，在这里也无法测量。',
    },
    'gamma-0': {
      name: '什么也通不过的通道',
      mechanism:
        '批归一化的 gamma 为 0 时，折叠后的权重为 0：它的缩放因子降到最小值 eps；训练用的 ConvBn 先乘 gamma / sigma 再除以它，得到 0 / 0：先是一个 NaN，随后全是 NaN。',
      cure: '不要让这个因子接近 0。本页至少取 2^−20，该通道则输出它的偏置。',
      here: '配方改变不了预训练网络的 gamma，而且这项保护始终开启。',
      figures: [],
      recorded: '没有可测的东西：没有保护时，所有数值都是 NaN。',
    },
    'codes-past-127': {
      name: '随 CPU 而变的整数',
      mechanism:
        'PyTorch 的模块在 255 处截断，而 reduce_range 观察到的是 0 到 127。当图片中的值超过 127 时，没有 VNNI 的 CPU 用 16 位相加两个乘积，溢出时取最近的端点：换一个 CPU，整数码就不同。',
      cure: '像训练时那样在观察范围的端点截断，或证明和不会溢出。本页的引擎两者都做。',
      here: '在这里犯不了这个错误：整数在任何 CPU 上都一样。',
      figures: ['整数码不同的图片'],
      recorded: 'PyTorch 有无 VNNI 的对比，测试集的前 256 张图片，QAT 10 步之后（docs/numerics.md）。',
    },
    luck: {
      name: '“8 位反而更好”',
      mechanism:
        '8 位时，整数网络偶尔会好过 FP32。其实什么也没得到：这个差异小于 5,000 张图片能分辨的程度，其标准误差为 0.5 个百分点。',
      cure: '看差异的区间，而不是它的正负号；用多个种子训练，并与对照相比。',
      here: '看差异的区间是否包含 0，然后换几个种子复制该实验。',
      figures: ['FP32', '8/8 位，未经训练'],
      recorded: '采用 PyTorch 范围的 PTQ，5,000 张验证图片（docs/quantization.md）。',
    },
  },
};
