// Files of a visitor's own: recipes and reports, networks, images.
import { count, plural } from '../../format';

export const files = {
  title: 'Files of your own',
  about:
    'Give a recipe or a report: a new run gets its choices. Give an integer network that this page has saved: it answers beside the networks of the run. Files are read in this browser and sent nowhere; what is code in them is never run.',
  label: 'Where the files come from',
  drop: 'Drop a file here, or choose it:',
  choose: 'Choose a file',
  cancel: 'Stop reading',
  reading: (name: string) => `Reading ${name}…`,
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
