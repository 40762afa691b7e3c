// What the page and the service worker say to each other. Not for what the worker keeps: shell.ts.
import type { Kept } from './shell';

/** What the service worker of one version answers. */
export interface ShellApi {
  kept(): Promise<Kept>;
  /** Puts this version in place of the one in force, unless more pages than the one that asks are open. @returns whether it did */
  takeOver(): Promise<boolean>;
}

/** The copy of the page that this browser keeps, as the page sees it. */
export interface KeptPage {
  /** Weights and images kept beside the page; undefined while the page itself is not kept whole. */
  look(): Promise<Kept | undefined>;
  /** @param tell is called once the page is kept whole, and when a newer version of it waits */
  on(tell: (event: 'kept' | 'newer') => void): void;
  /** Opens the newer version that waits. @returns false where other tabs have the page open */
  takeOver(): Promise<boolean>;
}
