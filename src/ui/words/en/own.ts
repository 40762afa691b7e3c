// A visitor's own picture: where it comes from, the square that is cut out of it, and what the models take it for.
import { percent, some } from '../../format';

export const own = {
  title: 'A picture of your own',
  about: (classes: readonly string[]) =>
    `The networks know ${classes.length} classes only: ${some(classes).join(', ')}. Whatever else you show is called one of them. The picture never leaves your browser.`,
  notLoaded: 'Once the network is loaded in [step 1](#step-load), it can be asked about a picture of your own.',
  sources: {
    label: 'Where the picture comes from',
    file: 'Choose a file',
    paste: 'Paste',
    camera: 'Use the camera',
    closeCamera: 'Close the camera',
    draw: 'Draw',
    closeDrawing: 'Close the drawing',
    hint: 'Or drop one here, or press Ctrl+V while this is in sight: PNG, JPEG, WebP, GIF or AVIF, up to 20 MB and 50 megapixels.',
    opening: 'Opening the picture…',
  },
  camera: {
    label: 'What the camera sees',
    starting: 'Waiting for the camera; the browser may ask you first…',
    take: 'Take the picture',
  },
  drawing: {
    label: 'Sheet to draw on',
    hint: 'Draw with mouse, finger or pen. Drawing needs one of them: with a keyboard, choose a file, paste or use the camera.',
    colour: 'Colour',
    width: 'Width of the brush',
    clear: 'Clear',
    use: 'Use the drawing',
  },
  crop: {
    title: 'What the networks see',
    square: 'Square that is cut out',
    hint: 'Drag the square, or click where its middle shall be. By keys: arrows move it, + zooms in, − zooms out.',
    size: 'Size of the square',
    where: (size: number, x: number, y: number, width: number, height: number) =>
      `${size} × ${size} pixels at ${x}, ${y} of ${width} × ${height}.`,
    preview: (side: number) => `${side} × ${side}, averaged`,
  },
  answers: {
    title: 'What they take it for',
    asking: 'Asking the networks…',
    waits: 'Waits for the step that is running.',
    label: 'Answers of the models to your picture',
    model: 'Model',
    places: ['First', 'Second', 'Third'],
    says: (model: string, named: string, share: number) => `${model}: ${named}, ${percent(share, 0)}.`,
    missing: (models: readonly string[]) =>
      `Not asked: ${models.join(', ')}. Models answer once they are trained (step 6) and converted (step 7).`,
    about:
      'Probabilities are the softmax of what the last layer gives; those of integers come in steps. A high one is no proof: it is shared out among the classes it knows, whatever the picture shows.',
    all: 'All classes',
    class: 'Class',
  },
  problems: {
    tooManyBytes: { message: 'This file is larger than 20 MB.', hint: 'Choose a smaller picture.' },
    tooManyPixels: {
      message: (width: number, height: number) =>
        `This picture has ${width} × ${height} pixels, more than 50 megapixels.`,
      hint: 'Choose a smaller picture.',
    },
    unreadable: {
      message: 'This file is no picture that your browser can read.',
      hint: 'Choose a PNG, JPEG, WebP, GIF or AVIF file that is whole.',
    },
    nothingDropped: { message: 'What was dropped is no file.', hint: 'Save the picture first, then drop its file.' },
    nothingPasted: { message: 'There is no picture on the clipboard.', hint: 'Copy a picture, then paste again.' },
    clipboardRefused: {
      message: 'The browser does not let this page read the clipboard.',
      hint: 'Press Ctrl+V instead, or allow it in the browser’s settings of this page.',
    },
    camera: {
      refused: {
        message: 'The camera may not be used: it was refused.',
        hint: 'Allow it in the browser’s settings of this page and try again, or choose a file.',
      },
      absent: {
        message: 'There is no camera that this page can use.',
        hint: 'Connect one and try again, or choose a file.',
      },
      failed: {
        message: 'The camera did not start.',
        hint: 'Another program may have it: close that one and try again, or choose a file.',
      },
    },
  },
};
