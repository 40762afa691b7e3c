// The race as runes: what was measured of each racer, and how far the playback of it has come. Not for measuring: the
// project does that.
import { MediaQuery } from 'svelte/reactivity';
import { ROUNDS, type Racer } from '../../project/race';
import { paceOf, Timeline, type Pace, type Reached } from '../../report/burst';
import { words } from '../words/words.svelte';
import type { Playground } from './playground.svelte';
import { problemOf, type Problem } from './problem';

type Phase = 'idle' | 'measuring' | 'playing' | 'over';

/** A racer as it is shown. */
export interface Runner extends Pick<Racer, 'model' | 'threads' | 'bursts'> {
  readonly pace: Pace;
  readonly reached: Reached;
}

/** What a frame moves the playback by at most: in a hidden page it waits. */
const LONGEST_FRAME = 100;

export class Race {
  phase = $state<Phase>('idle');
  rounds = $state(0);
  problem = $state.raw<Problem>();
  private racers = $state.raw<readonly Racer[]>([]);
  /** Milliseconds of the playback. */
  private time = $state(Infinity);
  private end: AbortController | undefined;
  private readonly still = new MediaQuery('prefers-reduced-motion: reduce');
  /** What was measured is played; where no motion is wanted there are numbers alone. */
  readonly plays = $derived(!this.still.current);

  /** All of what was measured, which the playback does not change. */
  readonly measured = $derived.by(() =>
    this.racers.map((racer) => ({ ...racer, pace: paceOf(racer.bursts), timeline: new Timeline(racer.bursts) })),
  );
  /** Where all of them are; before and after the playback where they came to. */
  readonly runners: readonly Runner[] = $derived.by(() =>
    this.measured.map(({ timeline, ...racer }) => ({ ...racer, reached: timeline.at(this.time) })),
  );
  /** Images of the one that came furthest. */
  readonly furthest = $derived.by(() => Math.max(...this.measured.map(({ timeline }) => timeline.at(Infinity).images)));
  readonly running = $derived(this.phase === 'measuring' || this.phase === 'playing');
  /** What was measured can be played. */
  readonly playable = $derived.by(() => this.phase === 'over' && this.rounds === ROUNDS && this.plays);

  constructor(private readonly playground: Playground) {}

  /** Measures, and plays what was measured. */
  async start(): Promise<void> {
    if (this.running) return;
    const { signal } = (this.end = new AbortController());
    this.problem = undefined;
    this.rounds = 0;
    this.racers = [];
    this.time = Infinity;
    this.phase = 'measuring';
    try {
      for await (const { racers, rounds } of this.playground.project.race(signal)) {
        this.racers = racers;
        this.rounds = rounds;
      }
    } catch (error) {
      this.problem = problemOf(error);
    }
    this.phase = 'over';
    if (signal.aborted || this.problem) return;
    this.playground.announcement = words().race.announced;
    if (this.playable) this.play();
  }

  /** Shows how far each came, at the pace that was measured. */
  play(): void {
    const { signal } = (this.end = new AbortController());
    const length = Math.max(...this.measured.map(({ timeline }) => timeline.length));
    this.phase = 'playing';
    this.time = 0;
    let last = performance.now();
    const frame = (now: number): void => {
      this.time += Math.min(Math.max(now - last, 0), LONGEST_FRAME);
      last = now;
      if (!signal.aborted && this.time < length) return void requestAnimationFrame(frame);
      this.time = Infinity;
      this.phase = 'over';
    };
    requestAnimationFrame(frame);
  }

  /** What was measured stays. */
  stop(): void {
    this.end?.abort();
  }
}
