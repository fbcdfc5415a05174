import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

const MAIN = resolve(__dirname, '../../dist/apps/cli/main.cjs');

describe('holdfast demo', () => {
  it('tells the whole story, every line verified, and exits 0', async () => {
    const demo = spawn(process.execPath, [MAIN, 'demo', '--json'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    demo.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    demo.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    const code = await new Promise((exited) => demo.once('exit', exited));
    expect({ code, err: code === 0 ? '' : err + out }).toEqual({ code: 0, err: '' });
  }, 180_000);
});
