// npm start: makes the checkout ready, builds the page and serves it with cross-origin isolation.
import { spawn } from 'node:child_process';
import { bin, ensurePackages, fail, prepareAssets, ROOT, run } from './setup.mjs';

ensurePackages();
prepareAssets();
console.log('Building the page ...');
if (run(bin('vite'), ['build', '--logLevel', 'warn']) !== 0) fail('The build failed: see the messages above.');

const hasDisplay = process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
const args = ['preview', ...process.argv.slice(2), ...(hasDisplay ? ['--open'] : [])];
console.log('Serving the playground (Ctrl+C ends it):');
const server = spawn(bin('vite'), args, { cwd: ROOT, stdio: 'inherit', shell: process.platform === 'win32' });
server.on('exit', (code) => process.exit(code ?? 0));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => server.kill(signal));
