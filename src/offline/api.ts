// What the page and the service worker say to each other. Not for what the worker keeps: shell.ts.
import type { Kept } from './shell';

/** What the service worker of one version answers. */
export interface ShellApi {
  kept(): Promise<Kept>;
  /** Puts this version in place of the one in force, unless more pages than the one that asks are open. @returns whether it did */
  takeOver(): Promise<boolean>;
  /**
   * Begins to answer for the page that asks, unless that page, or another open one that nobody answers for, is of another
   * version. @param version of the page that asks @returns whether it does
   */
  claim(version: string): Promise<boolean>;
}

/**
 * Whether threads can share memory in this page, for which it must be isolated from other origins: 'here'; 'coming' with a
 * reload that the page does by itself; 'reload' where that is left to the visitor; 'never' in this browser as it is.
 */
export type Isolation = 'here' | 'coming' | 'reload' | 'never';

/**
 * What the page hears of the copy: it is whole; it answers for this page; a newer version is here; the browser will not have
 * a copy.
 */
export type KeptEvent = 'kept' | 'answers' | 'newer' | 'refused';

/** The copy of the page that this browser keeps, as the page sees it. */
export interface KeptPage {
  /** Weights and images kept beside the page; undefined while the page itself is not kept whole. */
  look(): Promise<Kept | undefined>;
  on(tell: (event: KeptEvent) => void): void;
  /** The copy answered for this page from its first request on. */
  readonly answeredAll: boolean;
  /** Opens the newer version. @returns false where other tabs have the page open */
  takeOver(): Promise<boolean>;
}
