// Code beside the page. Not for the scripts, nor for what they say of themselves: src/pytorch.
import { EAGER_VERSIONS } from '../../../pytorch/eager';
import type { LeftOut } from '../../../pytorch/script';
import { TORCHAO_VERSIONS } from '../../../pytorch/torchao';
import type { Recipe } from '../../../recipe/recipe';

type Reason = (left: LeftOut, recipe: Recipe) => string | undefined;
export const code = {
  title: 'Code beside the page',
  summary: 'The whole script that does the same in PyTorch, for the choices as they are now',
  leftOut: 'Of your choices this script leaves out:',
  /** Why: the script's own sentences, where the page speaks its language; undefined where it has no others. */
  why: {
    eager: ({ why }) => why,
    torchao: ({ why }) => why,
  } as Readonly<Record<'eager' | 'torchao', Reason>>,
  versions: { eager: EAGER_VERSIONS, torchao: TORCHAO_VERSIONS },
  whole: 'Every choice of yours is in this script.',
  about: (command: string) =>
    `It reads weights and images from this page's address, so that it runs while the page is served: \`${command}\`. What is other than here is said at its top.`,
  copy: (file: string) => `Copy ${file}`,
  copied: 'The script is copied.',
  notCopied: 'This browser does not let the page copy. Select the text instead.',
};
