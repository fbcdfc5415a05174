import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { runScript, type RunningScript, type ScriptOptions } from '@holdfast/testing/processes';

const EXAMPLE = join(__dirname, 'example-service.ts');
const ENDLESS = join(__dirname, 'example-endless.ts');

describe('runService', () => {
  const scripts: RunningScript[] = [];
  const run = (options: ScriptOptions = {}, example = EXAMPLE): RunningScript => {
    const script = runScript(example, options);
    scripts.push(script);
    return script;
  };
  const behaving = (behaviour: string): RunningScript => run({ env: { HOLDFAST_EXAMPLE_BEHAVIOUR: behaviour } });
  const serving = (script: RunningScript) => script.waitForLine((line) => line.msg === 'serving');

  afterEach(async () => {
    for (const script of scripts.splice(0)) await script.kill();
  });

  it('answers --help and ends', async () => {
    const { code, stdout } = await run({ args: ['--help'] }).exit;
    expect(code).toBe(0);
    expect(stdout).toMatch(/HOLDFAST_EXAMPLE_HTTP_PORT +0 +Port of the HTTP door/);
  });

  it('takes no other argument', async () => {
    const { code, stderr } = await run({ args: ['--port=1'] }).exit;
    expect(code).toBe(1);
    expect(stderr).toContain('--port=1');
  });

  it('prints its settings with secrets masked, then where it serves, and stops in order on SIGTERM', async () => {
    const script = run({ env: { HOLDFAST_EXAMPLE_SECRET: 's3cret' } });
    const { endpoints } = (await serving(script)) as unknown as { endpoints: { http: string } };
    expect((await fetch(`${endpoints.http}/healthz`)).status).toBe(200);
    script.child.kill('SIGTERM');
    const { code, stdout } = await script.exit;
    expect(code).toBe(0);
    expect(script.lines.map((line) => line.msg)).toEqual(['starting', 'serving', 'stopping', 'stopped']);
    expect(script.lines[0]).toMatchObject({
      level: 'info',
      service: 'example',
      settings: { HOLDFAST_EXAMPLE_HTTP_PORT: '0', HOLDFAST_EXAMPLE_SECRET: '********' },
    });
    expect(stdout).not.toContain('s3cret');
  });

  it('logs as much as HOLDFAST_LOG_LEVEL says', async () => {
    const script = run({ env: { HOLDFAST_LOG_LEVEL: 'debug' } });
    await serving(script);
    expect(script.lines.some((line) => line.msg === 'only at level debug')).toBe(true);
  });

  it('tells every fault of its settings, and ends', async () => {
    const { code, stderr } = await run({ env: { HOLDFAST_EXAMPLE_HTTP_PORT: 'x', HOLDFAST_EXAMPLE_BEHAVOUR: 'good' } }).exit;
    expect(code).toBe(1);
    expect(stderr).toContain("HOLDFAST_EXAMPLE_HTTP_PORT: 'x' was given");
    expect(stderr).toContain('did you mean HOLDFAST_EXAMPLE_BEHAVIOUR?');
    expect(stderr).not.toContain(' at ');
  });

  it('tells which port is in use, the setting that names it, and how to find who has it', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const { code, stderr } = await run({ env: { HOLDFAST_EXAMPLE_HTTP_PORT: String(port) } }).exit;
    other.close();
    expect(code).toBe(1);
    expect(stderr).toContain(`Port ${port} on 127.0.0.1 is in use.`);
    expect(stderr).toContain(`ss -ltnp 'sport = :${port}'`);
    expect(stderr).toContain('set HOLDFAST_EXAMPLE_HTTP_PORT to another port');
  });

  it('tells why it cannot start, with the causes and without a stack', async () => {
    const { code, stderr } = await behaving('start_fails').exit;
    expect(code).toBe(1);
    expect(stderr).toContain('the disk is not there\n  because: ENOENT: /dev/nowhere');
    expect(stderr).not.toContain(' at ');
  });

  it.each(['start_has_bug', 'rejects', 'throws'])('logs a bug with its stack, and ends: %s', async (behaviour) => {
    const script = behaving(behaviour);
    expect((await script.exit).code).toBe(1);
    expect(script.lines.at(-1)).toMatchObject({
      level: 'fatal',
      msg: 'a bug ends this process',
      err: { type: 'TypeError', stack: expect.stringContaining('example-service.ts') },
    });
  });

  it('ends at once when stopped before it serves', async () => {
    const script = behaving('start_hangs');
    await script.waitForLine((line) => line.msg === 'starting');
    script.child.kill('SIGINT');
    expect((await script.exit).code).toBe(0);
  });

  it('ends with 1 when it does not stop in time', async () => {
    const script = run({}, ENDLESS);
    await serving(script);
    script.child.kill('SIGTERM');
    expect((await script.exit).code).toBe(1);
    expect(script.lines.at(-1)).toMatchObject({ level: 'error', limitMs: 300 });
  });

  it('ends at once at the second signal', async () => {
    const script = behaving('stop_hangs');
    await serving(script);
    script.child.kill('SIGTERM');
    await script.waitForLine((line) => line.msg === 'stopping');
    script.child.kill('SIGINT');
    expect((await script.exit).code).toBe(1);
    expect(script.lines.at(-1)).toMatchObject({ msg: 'second signal: exiting at once' });
  });

  it('lives on when nobody reads its output any more', async () => {
    const script = run({ env: { HOLDFAST_LOG_LEVEL: 'debug' } });
    const { endpoints } = (await serving(script)) as unknown as { endpoints: { http: string } };
    script.child.stdout?.destroy();
    expect((await fetch(`${endpoints.http}/readyz`)).status).toBe(200);
    script.child.kill('SIGTERM');
    expect((await script.exit).code).toBe(0);
  });
});
