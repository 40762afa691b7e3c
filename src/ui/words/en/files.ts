// Files of a visitor's own: recipes and reports, networks, images.
import { count, plural } from '../../format';

export const files = {
  summary: 'Files of your own: recipe, weights, images …',
  /** What may be given, and what becomes of it. */
  kinds: [
    ['A recipe or a report', 'a new run gets its choices.'],
    ['An integer network that this page has saved', 'it answers beside the networks of the run.'],
    ['Weights of torchvision’s ResNet18 for 32 × 32 pixels (safetensors, .pt)', 'they take the place of the network.'],
    [
      'Labelled images (a folder or zip of class folders, .npz, CIFAR-10’s binary; 2 to 100 classes)',
      'they take the place of CIFAR-10.',
    ],
  ],
  about: 'Files are read in this browser and sent nowhere; what is code in them is never run.',
  label: 'Where the files come from',
  drop: 'Drop a file here, or choose it:',
  choose: 'Choose a file',
  chooseFolder: 'Choose a folder',
  cancel: 'Stop reading',
  reading: (name: string) => `Reading ${name}…`,
  pictures: (done: number, total: number) => `${count(done)} of ${count(total)} pictures`,
  inForce: {
    network: (name: string) => `Network of this project: **${name}**, yours.`,
    images: (name: string, classes: number, images: number) =>
      `Images of this project: **${name}**, yours: ${plural(images, 'image')} of ${plural(classes, 'class', 'classes')}.`,
    reload: 'They are not kept: after a reload, and behind a link, they are to be given again.',
    back: 'Go back to the page’s own network and images',
  },
  wanted: (names: string) => ({
    message: `It is of a project with files of a visitor’s own (${names}), which no address can hold.`,
    hint: 'Give the same files again in step 1. Until then network and images are the page’s own.',
  }),
  network: {
    title: (name: string) => `${name}: weights of this network`,
    holds: (classes: number, size: string) =>
      `Every parameter is there, ${size} as float32; it tells ${classes} classes apart.`,
    otherClasses: (classes: number) =>
      `The images of the project show ${classes} classes: the load step trains the last layer anew for them.`,
    use: 'Use this network',
  },
  images: {
    title: (name: string) => `${name}: labelled images`,
    holds: (images: number, classes: number, train: number, validation: number, test: number) =>
      `${plural(images, 'image')} of ${plural(classes, 'class', 'classes')}: ${count(train)} for training, ${count(validation)} for validation and ${count(test)} for the test, always parted alike. Each is the largest square from the middle of its picture, averaged to 32 × 32 pixels.`,
    classes: 'Images of each class',
    class: 'Class',
    count: 'Images',
    samples: 'Some of them',
    refused: (files: number) => `${plural(files, 'file')} left out`,
    more: (files: number) => `and ${plural(files, 'file')} more`,
    lastLayer: 'The network tells other classes apart: the load step trains its last layer anew.',
    use: 'Use these images',
  },
  consequence: 'All runs keep their choices and begin anew; what was trained stays among the saved trainings.',
  forget: 'Leave it',
  load: {
    network: 'Weights',
    images: 'Images',
    counts: (train: string, validation: string, test: string) =>
      `${train} training, ${validation} validation, ${test} test`,
    accuracy: 'FP32 on the validation images',
    lastLayer: 'Last layer, trained anew',
    iterations: (iterations: number, loss: string) => `${plural(iterations, 'step')} of L-BFGS, loss ${loss}`,
  },
  code: 'This code is of the page’s own network and CIFAR-10. Your files are no part of it.',
  recorded: 'Figures recorded here are of the page’s own network and CIFAR-10, not of your files.',
  goals:
    'Goals were set for the page’s own network and CIFAR-10. With your files they may be out of reach, or no goal at all.',
  nothingDropped: { message: 'What was dropped is no file.', hint: 'Save it first, then drop its file.' },
  waits: 'A run is computing. Wait until it is done, or stop it, then give the file again.',
  refusedNothingChanged: 'Nothing has changed.',
  runs: (name: string, runs: readonly string[]) =>
    runs.length === 1
      ? `${runs[0]} has the choices of ${name} and is in hand now.`
      : `${plural(runs.length, 'new run')} with the choices of ${name}: ${runs.join(', ')}.`,
  integers: {
    title: (name: string) => `${name}, an integer network`,
    holds: (operations: number, size: string) =>
      `${plural(operations, 'operation')}, ${size}. It answers your own pictures too, in step 8.`,
    measure: 'Measure on the validation images',
    measuring: (done: number, total: number) => `${count(done)} of ${count(total)} images…`,
    remove: 'Remove it',
    table: 'Your integer network beside those of the run',
    network: 'Network',
    right: 'Right',
    time: 'One image, one thread',
    size: 'File',
    short: 'Your integer network',
    images: (images: number) =>
      `On the ${count(images)} images for validation, which the test images of step 8 are not.`,
    notConverted: 'Convert the run in hand (step 7) to have its networks measured beside it.',
  },
};
