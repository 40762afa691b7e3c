// What went wrong, by the code of its error.
import type { Words } from '../words.svelte';

export const problems: Words['problems'] = {
  byCode: {
    network: { message: '下载失败：无法从网络取得所需的文件。', hint: '请检查网络连接，然后重试。' },
    checksum: { message: '下载的文件与其校验和不符。', hint: '请重试；如果仍然出错，请重新加载页面。' },
    'bad-file': { message: '文件无法读取：内容已损坏，或格式不符。', hint: '请重新加载页面，或换一个文件。' },
    'bad-argument': { message: '这样的选项或操作在这里行不通。', hint: '请按下面的说明更改后再试。' },
    'no-webgpu': { message: '这里无法使用 WebGPU。', hint: '请选择 WASM 后端，或换用支持 WebGPU 的浏览器和电脑。' },
    'device-lost': { message: '与图形设备的连接已断开。', hint: '请重试：之前完成的部分都已保留。' },
    'device-failed': { message: '图形设备未能完成计算。', hint: '请重试；如果仍然出错，请选择 WASM 后端。' },
    'thread-lost': { message: '一个计算线程意外停止。', hint: '请重试；如果仍然出错，请重新加载页面。' },
    'out-of-memory': { message: '内存不足。', hint: '请减小批大小，或关闭其他标签页，然后重试。' },
    diverged: { message: '计算发散：出现了不是有限数的值。', hint: '请降低学习率，然后重新训练。' },
    storage: { message: '浏览器的存储无法读取或写入。', hint: '原因见下面的说明；请处理后重试。' },
    unsupported: { message: '这里不支持这样的组合。', hint: '请按下面的说明更改选项。' },
    stopped: { message: '计算已停止。', hint: '需要时可以重新运行。' },
    bug: { message: '页面自身出了错。', hint: '请重新加载页面：已保存的内容都还在。如果再次发生，请报告详细信息。' },
  },
  speaks: (sentence) => /[。！？]$/.test(sentence),
  original: '原始说明（英文）：',
};
