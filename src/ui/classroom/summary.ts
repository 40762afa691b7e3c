// What a class has come to: its runs as rows to sort, how their accuracies lie, who met which goal. Not for reading files:
// class-file.ts.
import type { ClassExercise, ClassFile, ClassRun } from './class-file';

/** A run, and of its file what stands in the same row. */
export interface ClassRow extends ClassRun {
  readonly file: string;
  /** Of the file. */
  readonly who: string;
  readonly met: number;
  readonly exercises: number;
}

/** Whose file it is: its author, else its name. */
const whoOf = ({ author, name }: ClassFile): string => author || name;

/** Each run of each file. */
export const rowsOf = (files: readonly ClassFile[]): ClassRow[] =>
  files.flatMap((file) =>
    file.runs.map((run) => ({
      ...run,
      ...{ file: file.name, who: whoOf(file), exercises: file.exercises.length },
      met: file.exercises.filter(({ met }) => met).length,
    })),
  );

/** What rows may be sorted by; undefined where a row has none of it. */
export const COLUMNS = {
  file: ({ file }: ClassRow) => file,
  who: ({ who }: ClassRow) => who,
  run: ({ name }: ClassRow) => name,
  bits: ({ recipe }: ClassRow) => 10 * recipe.weightBits + recipe.activationBits,
  steps: ({ recipe }: ClassRow) => recipe.steps,
  seed: ({ recipe }: ClassRow) => recipe.seed,
  fp32: ({ figures }: ClassRow) => figures?.fp32,
  ptq: ({ figures }: ClassRow) => figures?.ptq,
  qat: ({ figures }: ClassRow) => figures?.qat,
  bytes: ({ figures }: ClassRow) => figures?.bytes,
  met: ({ met, exercises }: ClassRow) => (exercises > 0 ? met : undefined),
} as const satisfies Readonly<Record<string, (row: ClassRow) => string | number | undefined>>;
export type Column = keyof typeof COLUMNS;

const inOrder = new Intl.Collator('en', { numeric: true });

/** A copy; rows that have nothing in that column come last either way. */
export function sorted(rows: readonly ClassRow[], column: Column, descending: boolean): ClassRow[] {
  const of = COLUMNS[column];
  return [...rows].sort((a, b) => {
    const [x, y] = [of(a), of(b)];
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
    const order = typeof x === 'string' ? inOrder.compare(x, String(y)) : x - Number(y);
    return descending ? -order : order;
  });
}

/** Accuracies of one column of dots: from `from`, `STEP` wide. */
export interface Bin {
  readonly from: number;
  readonly rows: readonly ClassRow[];
}
/** Two points of a hundred: about as far as two seeds lie apart. */
export const STEP = 0.02;

/** QAT's accuracies, from the lowest column with something in it to the highest, empty ones between them too. */
export function distribution(rows: readonly ClassRow[]): Bin[] {
  const judged = rows.flatMap((row) => (row.figures ? [{ row, bin: binOf(row.figures.qat) }] : []));
  if (judged.length === 0) return [];
  const bins = judged.map(({ bin }) => bin);
  const [first, last] = [Math.min(...bins), Math.max(...bins)];
  return Array.from({ length: last - first + 1 }, (_, i) => ({
    from: (first + i) * STEP,
    rows: judged.filter(({ bin }) => bin === first + i).map(({ row }) => row),
  }));
}
/** An accuracy on the edge, as 0.86 is, belongs to the column that begins there, however it is stored. */
const binOf = (share: number): number => Math.floor(share / STEP + 1e-9);

export interface Goal extends Pick<ClassExercise, 'id' | 'name'> {
  readonly met: readonly string[];
  /** Files that have this exercise. */
  readonly files: number;
}

/** Each exercise that a file has, and whose files say that it was met. */
export function goalsOf(files: readonly ClassFile[]): Goal[] {
  const goals = new Map<string, { readonly id: string; readonly name: string; files: number; met: string[] }>();
  for (const file of files)
    for (const { id, name, met } of file.exercises) {
      const goal = goals.get(id) ?? { id, name, files: 0, met: [] };
      goals.set(id, goal);
      goal.files++;
      if (met) goal.met.push(whoOf(file));
    }
  return [...goals.values()];
}
