// A visitor's own picture: where it comes from, the square that is cut out of it, and what the models take it for.
import { percent, some } from '../../format';
import type { Words } from '../words.svelte';

export const own: Words['own'] = {
  title: '您自己的图片',
  about: (classes) =>
    `这些网络只认识 ${classes.length} 个类别：${some(classes).join('、')}。无论您展示别的什么，都会被叫成其中之一。图片始终留在您的浏览器里。`,
  notLoaded: '在[第 1 步](#step-load)加载网络之后，就可以拿您自己的图片来问它。',
  sources: {
    label: '图片来源',
    file: '选择文件',
    paste: '粘贴',
    camera: '使用摄像头',
    closeCamera: '关闭摄像头',
    draw: '手绘',
    closeDrawing: '关闭画板',
    hint: '也可以把图片拖放到这里，或在本部分可见时按 Ctrl+V：PNG、JPEG、WebP、GIF 或 AVIF，不超过 20 MB 和 5000 万像素。',
    opening: '正在打开图片…',
  },
  camera: {
    label: '摄像头画面',
    starting: '正在等待摄像头；浏览器可能会先征求您的同意…',
    take: '拍照',
  },
  drawing: {
    label: '画板',
    hint: '用鼠标、手指或笔来画。绘画离不开它们：只用键盘时，请选择文件、粘贴或使用摄像头。',
    colour: '颜色',
    width: '画笔粗细',
    clear: '清空',
    use: '使用这幅画',
  },
  crop: {
    title: '网络看到的内容',
    square: '裁剪出的正方形',
    hint: '拖动正方形，或点击它的中心应在的位置。用键盘：方向键移动，+ 放大，− 缩小。',
    size: '正方形的大小',
    where: (size, x, y, width, height) => `${size} × ${size} 像素，位于 ${width} × ${height} 中的 (${x}, ${y})。`,
    preview: (side) => `${side} × ${side}，取平均`,
  },
  answers: {
    title: '它们认成了什么',
    asking: '正在询问各个网络…',
    waits: '正在等待当前步骤完成。',
    label: '各模型对您图片的回答',
    model: '模型',
    places: ['第一', '第二', '第三'],
    says: (model, named, share) => `${model}：${named}，${percent(share, 0)}。`,
    missing: (models) => `未询问：${models.join('、')}。模型在训练（第 6 步）和转换（第 7 步）之后才能回答。`,
    about:
      '概率是最后一层输出的 softmax；整数网络的概率是一级一级的。概率高并不是证明：不论图片是什么，它总要分给所认识的各个类别。',
    all: '全部类别',
    class: '类别',
  },
  problems: {
    tooManyBytes: { message: '文件超过 20 MB。', hint: '请选择小一些的图片。' },
    tooManyPixels: {
      message: (width, height) => `图片有 ${width} × ${height} 像素，超过 5000 万像素。`,
      hint: '请选择小一些的图片。',
    },
    unreadable: {
      message: '这个文件不是您的浏览器能读取的图片。',
      hint: '请选择完好的 PNG、JPEG、WebP、GIF 或 AVIF 文件。',
    },
    nothingDropped: { message: '拖放的内容不是文件。', hint: '请先保存图片，再拖放它的文件。' },
    nothingPasted: { message: '剪贴板里没有图片。', hint: '请复制一张图片，然后再次粘贴。' },
    clipboardRefused: {
      message: '浏览器不允许本页读取剪贴板。',
      hint: '请改按 Ctrl+V，或在浏览器的本页设置中允许读取。',
    },
    camera: {
      refused: {
        message: '无法使用摄像头：权限被拒绝。',
        hint: '请在浏览器的本页设置中允许使用后重试，或选择文件。',
      },
      absent: { message: '没有本页可用的摄像头。', hint: '请连接摄像头后重试，或选择文件。' },
      failed: {
        message: '摄像头未能启动。',
        hint: '可能有其他程序正在使用它：请关闭该程序后重试，或选择文件。',
      },
    },
  },
};
