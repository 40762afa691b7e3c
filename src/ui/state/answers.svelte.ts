// What two compared models take the test images for, as runes: which two, their table, and which images of it are looked
// at. Not for computing answers: the compare step does that.
import type { CompareResult, ComparedModel } from '../../project/types';
import { confusion, confusionDifference, liesIn, type Cell } from '../../report/confusion';
import { modelName } from '../compare/models';
import { words } from '../words/words.svelte';

/** Of the two models: the one that is compared, and the other, with which. */
export type Which = 'one' | 'other';
type Of<T> = Readonly<Record<Which, T>>;

export type Filter = 'all' | 'differ' | 'one-right' | 'other-right' | 'wrong' | 'cell';

export class Answers {
  private pair = $state.raw<Of<ComparedModel>>({ one: 'int8', other: 'fp32' });
  /** Whose table is shown. */
  table = $state<Which | 'difference'>('difference');
  filter = $state<Filter>('all');
  private cell = $state.raw<Cell>();

  private readonly result: CompareResult = $derived.by(() => this.latest());
  readonly names: Of<string> = $derived({ one: modelName(this.pair.one), other: modelName(this.pair.other) });
  readonly one = $derived(this.result[this.pair.one]);
  readonly other = $derived(this.result[this.pair.other]);
  readonly tableName = $derived.by(() => {
    const { one, other } = this.names;
    return this.table === 'difference' ? words().compare.matrix.minus(one, other) : this.names[this.table];
  });
  readonly matrix = $derived.by(() => {
    const of = (which: Which) => confusion(this[which], this.classes);
    return this.table === 'difference' ? confusionDifference(of('one'), of('other')) : of(this.table);
  });
  /** Images that pass the filter, in their order. */
  readonly chosen: readonly number[] = $derived.by(() => {
    const passes = this.passing();
    return Array.from(this.one.labels.keys()).filter(passes);
  });

  /** @param latest result of the run in hand @param classes that its models tell apart */
  constructor(
    private readonly latest: () => CompareResult,
    private readonly classes: number,
  ) {}

  get picked(): Cell | undefined {
    return this.cell;
  }

  modelOf(which: Which): ComparedModel {
    return this.pair[which];
  }

  /** Where that was the other one, they change places. */
  choose(which: Which, model: ComparedModel): void {
    const counterpart = which === 'one' ? 'other' : 'one';
    const left = this.pair[counterpart] === model ? this.pair[which] : this.pair[counterpart];
    this.pair = which === 'one' ? { one: model, other: left } : { one: left, other: model };
  }

  /** The images of a cell of the table; of a difference those that only one of the two has there. */
  pick(cell: Cell): void {
    this.cell = cell;
    this.filter = 'cell';
  }

  private passing(): (image: number) => boolean {
    const { one, other, table, cell } = this;
    const { labels } = one;
    const isRight = ({ predictions }: typeof one, i: number): boolean => predictions[i] === labels[i];
    switch (this.filter) {
      case 'all':
        return () => true;
      case 'differ':
        return (i) => one.predictions[i] !== other.predictions[i];
      case 'one-right':
        return (i) => isRight(one, i) && !isRight(other, i);
      case 'other-right':
        return (i) => isRight(other, i) && !isRight(one, i);
      case 'wrong':
        return (i) => !isRight(one, i);
      case 'cell':
        return table === 'difference'
          ? (i) => liesIn(one, cell!, i) !== liesIn(other, cell!, i)
          : (i) => liesIn(this[table], cell!, i);
    }
  }
}
