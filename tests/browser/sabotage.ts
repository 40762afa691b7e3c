// Threads that fail, for tests: what their workers run before their own script. Not for what must follow from it.
import type { Page, Worker as PageWorker } from '@playwright/test';

const NO_INSTANCE = `
  const refuse = () => { throw new RangeError('WebAssembly.Instance(): Out of memory'); };
  WebAssembly.Instance = function () { refuse(); };
  WebAssembly.instantiate = async () => refuse();`;

/** The export `name` does `body` in the place of its own work; memory and its arguments are at hand. */
const instead = (name: string, body: string) => `
  const patched = (instance, { env: { memory } }) =>
    ({ exports: { ...instance.exports, ${name}(...args) { ${body} } } });
  const { Instance, instantiate } = WebAssembly;
  WebAssembly.Instance = function (module, imports) { return patched(new Instance(module, imports), imports); };
  WebAssembly.instantiate = async (module, imports) => patched(await instantiate(module, imports), imports);`;

/** Takes an item as src/device/wasm/assembly/pool.ts does, the round's last but `after`, and never does it. */
const takeItem = (after: number) => `
  const words = new BigInt64Array(memory.buffer);
  const at = args[0] / 8;
  for (let left = ${after}; ;) {
    const seen = Atomics.load(words, at);
    if ((seen & 0xffffffffn) === 0n) continue;
    if (left-- <= 0 && Atomics.compareExchange(words, at, seen, seen - 1n) === seen) break;
  }`;
const TRAP = `throw new WebAssembly.RuntimeError('unreachable');`;
/** As a thread that was killed looks from outside: it writes nothing any more. */
const STOP = 'for (;;) {}';

/** By name, what goes wrong in a thread. */
export const TROUBLES = {
  'has no memory to start': NO_INSTANCE,
  'cannot load its script': `import '/no-such-script.js';`,
  'may hold no lock': `LockManager.prototype.request = async () => { throw new DOMException('No', 'SecurityError'); };`,
  'never answers': `self.addEventListener('message', (event) => event.stopImmediatePropagation());`,
  'traps with an item taken': instead('serve', takeItem(0) + TRAP),
  'stops with an item taken': instead('serve', takeItem(0) + STOP),
  'traps in its share of an image': instead('work', TRAP),
  'stops in its share of an image': instead('work', STOP),
} as const;

/**
 * To be run in a page or worker: the next `count` waits of 5 seconds or more are over after one, or until
 * globalThis.calm() is called. For limits on what never comes.
 */
export function hurryWaits(count: number): void {
  const wait = setTimeout;
  const calm = () => (globalThis.setTimeout = wait);
  const hurried = (run: () => void, ms = 0) => {
    if (ms < 5000) return wait(run, ms);
    if (--count <= 0) calm();
    return wait(run, 1000);
  };
  Object.assign(globalThis, { setTimeout: hurried, calm });
}

/**
 * From now on workers whose script's address contains `script` run, in the order of their start, these troubles first;
 * undefined, and all that follow, are left as they are. They are globalThis.threads. One that never answers is not waited
 * for as long as in a visitor's page.
 */
export async function sabotage(
  where: Page | PageWorker,
  script: string,
  troubles: readonly (keyof typeof TROUBLES | undefined)[],
): Promise<void> {
  await (where as Page).evaluate(`Object.assign(globalThis, { hurryWaits: ${hurryWaits.toString()} })`);
  await (where as Page).evaluate(
    ([script, patches, silent]) => {
      const threads: Worker[] = [];
      const address = (text: string) => URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
      const Real = Worker;
      const Patched = function (url: URL, options: WorkerOptions) {
        if (!url.href?.includes(script)) return new Real(url, options);
        const patch = patches[threads.length];
        const both = () => address(`import '${address(patch!)}'; import '${url.href}';`);
        const thread = new Real(patch ? both() : url, options);
        if (silent[threads.length]) (globalThis as unknown as { hurryWaits: typeof hurryWaits }).hurryWaits(1);
        threads.push(thread);
        return thread;
      };
      Object.assign(globalThis, { Worker: Patched, threads });
    },
    [script, troubles.map((name) => name && TROUBLES[name]), troubles.map((name) => name === 'never answers')] as const,
  );
}
