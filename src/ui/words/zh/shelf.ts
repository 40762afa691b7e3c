// What this browser keeps of runs: how much, for how long, and all of it as one file.
import type { Words } from '../words.svelte';

export const shelf: Words['shelf'] = {
  title: '保存在此浏览器中',
  none: '还没有完整保存的实验；转换完成的实验会被保存。',
  uses: (size) => `已保存的实验占用 ${size}。`,
  ofPage: (used, free) => `连同下载的文件和已保存的训练，本页共使用 ${used}；浏览器还允许使用 ${free}。`,
  promised: '浏览器已承诺不会自行删除这些内容。',
  notPromised: '浏览器没有承诺保留：磁盘将满时，可能会全部删除。导出成文件才稳妥。',
  notAsked: '保存第一个实验时，会请求浏览器不要自行删除。',
  export: '导出全部实验',
  import: '导入实验',
  exporting: '正在写入文件。',
  importing: '正在读取文件。',
  exported: (file, size) => `已保存 ${file}，${size}。其中不包含已保存的训练。`,
  imported: (added, same, beside) =>
    [
      `导入了 ${added + beside} 个实验。`,
      same > 0 ? `有 ${same} 个实验此处已有。` : '',
      beside > 0 ? `有 ${beside} 个实验换了新的编号：此处另有同编号的实验。` : '',
    ].join(''),
  forget: '删除其残留内容',
};
