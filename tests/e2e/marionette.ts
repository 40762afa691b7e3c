// Drives an installed Firefox by Marionette, the protocol of its own, which geckodriver too speaks to it: a length, a colon
// and JSON. Not by WebDriver BiDi, as Puppeteer does: since Firefox 153 that watches every worker, and a worker that starts
// workers, as tfjs's threads are started, hangs for good every few times. Not for other browsers: Playwright drives those.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';

/** Seconds for Firefox to come up. */
const START_LIMIT = 60;
/** Milliseconds for one script in the page. */
const SCRIPT_LIMIT = 400_000;

/** A port that is free. */
const PORT = { 'marionette.port': 0 };

export interface Firefox {
  goto(url: string): Promise<void>;
  /** Presses the button of this text. */
  press(button: string): Promise<void>;
  /** What a function gives in the page; it is sent as text, its arguments and its result as JSON. */
  evaluate<A extends unknown[], T>(work: (...args: A) => T | Promise<T>, ...args: A): Promise<T>;
  close(): Promise<void>;
}

/** Starts Firefox without a window, on a profile of its own. @throws Error when it does not come up */
export async function startFirefox(path: string, preferences: Record<string, boolean | number>): Promise<Firefox> {
  const profile = mkdtempSync(join(tmpdir(), 'firefox-'));
  const lines = Object.entries({ ...PORT, ...preferences }).map(([name, value]) => `user_pref("${name}", ${value});`);
  writeFileSync(join(profile, 'user.js'), lines.join('\n'));
  const options = ['--headless', '--marionette', '--no-remote', '--profile', profile];
  const browser = spawn(path, options, { stdio: 'ignore' });
  const ended = new Promise((resolve) => browser.once('exit', resolve));
  const close = async () => {
    browser.kill();
    await ended;
    // Its other processes may write yet.
    rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
  };

  try {
    const send = commandsOver(await opened(join(profile, 'MarionetteActivePort'), ended));
    await send('WebDriver:NewSession');
    await send('WebDriver:SetTimeouts', { script: SCRIPT_LIMIT });
    return {
      async goto(url) {
        await send('WebDriver:Navigate', { url });
      },
      async press(button) {
        const value = `//button[normalize-space()="${button}"]`;
        const found = (await send('WebDriver:FindElement', { using: 'xpath', value })) as { value: object };
        await send('WebDriver:ElementClick', { id: Object.values(found.value)[0] });
      },
      async evaluate(work, ...args) {
        const script = `return (${work})(...arguments)`;
        return ((await send('WebDriver:ExecuteScript', { script, args })) as { value: never }).value;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Waits for the file that tells the port, and connects to it. */
async function opened(portFile: string, ended: Promise<unknown>): Promise<Socket> {
  let gone = false;
  void ended.then(() => (gone = true));
  for (const start = Date.now(); Date.now() - start < START_LIMIT * 1000; await after(100)) {
    if (gone) throw new Error('Firefox ended before it could be driven.');
    const port = written(portFile);
    if (port) return connect(port, '127.0.0.1');
  }
  throw new Error(`Firefox did not come up within ${START_LIMIT} s.`);
}

function written(portFile: string): number {
  try {
    return Number(readFileSync(portFile, 'utf8'));
  } catch {
    return 0;
  }
}

/** Sends commands and hears what comes of each: [1, id, error, result] for [0, id, name, parameters]. */
function commandsOver(socket: Socket) {
  const waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  let sent = 0;
  let heard = Buffer.alloc(0);
  socket.on('data', (bytes) => {
    heard = Buffer.concat([heard, bytes]);
    for (let colon = heard.indexOf(':'); colon > 0; colon = heard.indexOf(':')) {
      const end = colon + 1 + Number(heard.subarray(0, colon));
      if (heard.length < end) return;
      take(JSON.parse(String(heard.subarray(colon + 1, end))));
      heard = heard.subarray(end);
    }
  });
  const lost = (error?: Error) => {
    for (const { reject } of waiting.values())
      reject(new Error('Firefox cannot be reached any more.', { cause: error }));
  };
  socket.on('error', lost).on('close', () => lost());

  function take(message: unknown) {
    // The greeting is no list.
    if (!Array.isArray(message)) return;
    const [, id, error, result] = message as [1, number, { error: string; message: string } | null, unknown];
    const { resolve, reject } = waiting.get(id)!;
    waiting.delete(id);
    if (error) reject(new Error(`${error.error}: ${error.message}`));
    else resolve(result);
  }

  return (name: string, parameters: object = {}): Promise<unknown> =>
    new Promise((resolve, reject) => {
      waiting.set(++sent, { resolve, reject });
      const text = JSON.stringify([0, sent, name, parameters]);
      socket.write(`${Buffer.byteLength(text)}:${text}`);
    });
}
