// Tensors of a file as the parameters of a network: every one that it needs, of the right shape, finite. Not for files.
import { elements, type Param, type ParamStore } from '../core/params';
import { quoted, refuse } from './refuse';
import type { FileTensor } from './tensor';

const STATE_DICT = {
  what: 'weights of this network',
  hint: "They are torchvision's ResNet18's, by its state dict's names: conv1.weight to fc.bias.",
};
/** What wrappers put before every name. */
const PREFIXES = ['module.', '_orig_mod.', 'model.', 'net.', 'backbone.'];
/** Counted while training, used by nothing here. */
const COUNTER = 'num_batches_tracked';
/** Of statistics: no number below 0 is one. */
const VARIANCE = 'running_var';

/** Shape of each parameter; 'classes' for the size that the file may choose. */
export type ExpectedShapes = ReadonlyMap<string, readonly (number | 'classes')[]>;

/**
 * @param classes least and most that a network may tell apart
 * @throws PlaygroundError 'bad-file' naming the tensor and what is wrong with it; nothing is decoded before all names fit
 */
export function asStateDict(
  tensors: ReadonlyMap<string, FileTensor>,
  expected: ExpectedShapes,
  classes: { readonly min: number; readonly max: number },
): { readonly params: ParamStore; readonly classes: number } {
  const named = unprefixed(tensors, expected);
  const missing = [...expected.keys()].filter((name) => !named.has(name));
  if (missing.length > 0) refuse(STATE_DICT, `${listed(missing)} ${missing.length > 1 ? 'are' : 'is'} missing`);
  const unknown = [...named.keys()].filter((name) => !expected.has(name) && !name.endsWith(COUNTER));
  if (unknown.length > 0) refuse(STATE_DICT, `this network has no ${listed(unknown)}`);

  let chosen: number | undefined;
  for (const [name, shape] of expected) {
    const there = named.get(name)!.shape;
    const wanted = shape.map((size, i) => (size === 'classes' ? (chosen ??= there[i]) : size));
    if (there.length !== wanted.length || there.some((size, i) => size !== wanted[i]))
      refuse(STATE_DICT, `${quoted(name)} has the shape [${there.join(', ')}] and should have [${shape.join(', ')}]`);
  }
  if (chosen === undefined || chosen < classes.min || chosen > classes.max)
    refuse(STATE_DICT, `it tells ${chosen} classes apart; ${classes.min} to ${classes.max} can be`);
  return {
    params: new Map([...expected.keys()].map((name) => [name, param(name, named.get(name)!)])),
    classes: chosen,
  };
}

/** Names without what a wrapper put before all of them. */
function unprefixed(
  tensors: ReadonlyMap<string, FileTensor>,
  expected: ExpectedShapes,
): ReadonlyMap<string, FileTensor> {
  let named = tensors;
  // A wrapper may have been wrapped.
  for (;;) {
    const names = [...named.keys()];
    if (names.some((name) => expected.has(name))) return named;
    const prefix = PREFIXES.find((prefix) => names.length > 0 && names.every((name) => name.startsWith(prefix)));
    if (!prefix) return named;
    named = new Map([...named].map(([name, tensor]) => [name.slice(prefix.length), tensor]));
  }
}

function param(name: string, { shape, values }: FileTensor): Param {
  const data = values();
  if (data.length !== elements(shape)) refuse(STATE_DICT, `the values of ${quoted(name)} are not all there`);
  const wrong = data.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) refuse(STATE_DICT, `value ${wrong} of ${quoted(name)} is ${data[wrong]}`);
  if (name.endsWith(VARIANCE) && data.some((value) => value < 0))
    refuse(STATE_DICT, `a variance in ${quoted(name)} is below 0`);
  return { shape, data };
}

/** Some names, and how many more there are. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, 3).map(quoted).join(', ');
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}
