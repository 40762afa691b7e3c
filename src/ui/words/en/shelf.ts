// What this browser keeps of runs: how much, for how long, and all of it as one file.
import { plural } from '../../format';

export const shelf = {
  title: 'Kept in this browser',
  none: 'No run is kept whole yet: one that is converted will be.',
  uses: (size: string) => `Runs that are kept take ${size}.`,
  ofPage: (used: string, free: string) =>
    `With downloads and saved trainings this page uses ${used}; the browser lets it have ${free} more.`,
  promised: 'The browser has promised not to delete it by itself.',
  notPromised:
    'The browser has not promised to keep it: where its disk gets full, it may delete all of it. A file is safe.',
  notAsked: 'When the first run is kept, the browser is asked not to delete it by itself.',
  export: 'Export all runs',
  import: 'Import runs',
  exporting: 'Writing the file.',
  importing: 'Reading the file.',
  exported: (file: string, size: string) => `${file} is saved, ${size}. What is saved of trainings is no part of it.`,
  imported: (added: number, same: number, beside: number) =>
    [
      `${plural(added + beside, 'run')} came in.`,
      same > 0 ? `${plural(same, 'run was', 'runs were')} here already.` : '',
      beside > 0 ? `${plural(beside, 'run has', 'runs have')} a new id: here is another one by theirs.` : '',
    ]
      .filter(Boolean)
      .join(' '),
  forget: 'Delete what is left of it',
};
