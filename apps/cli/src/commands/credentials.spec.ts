import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { ok, refuse, refused } from '@holdfast/core/base';
import { operatorService } from '@holdfast/contracts';
import { basicAuthorization, createVerifier, readCredentialsFile } from '@holdfast/platform/credentials';
import { handleUnary, startRpcServer, type RpcServer } from '@holdfast/platform/rpc';
import { recordedLog } from '@holdfast/testing/log';
import { runHoldfast, type RunOptions } from '../command-line.fixture';

describe('credentials on the command line', () => {
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'holdfast-cli-credentials-'));
  });
  afterEach(() => rm(home, { recursive: true }));

  async function file(name: string, text: string, mode = 0o600): Promise<string> {
    const path = join(home, name);
    await writeFile(path, text);
    await chmod(path, mode);
    return path;
  }
  const piped = (text: string) => Readable.from([Buffer.from(text)]);

  describe('holdfast credentials hash', () => {
    const hash = (args: readonly string[], options: RunOptions = {}) => runHoldfast(['credentials', 'hash', ...args], options);

    it('makes the entry that a master needs of a secret that comes over a pipe, without the line end', async () => {
      const { code, out, err } = await hash(['--principal', 'indexer'], { input: piped('open:sésame \n') });
      expect(code).toBe(0);
      expect(err).toContain('HOLDFAST_MASTER_CREDENTIALS');
      expect(out).not.toContain('sésame');
      const path = await file('credentials.json', `{"credentials":[${out}]}`);
      const verifier = createVerifier((await readCredentialsFile(path)).value);
      expect(await verifier.verify({ principal: 'indexer', secret: 'open:sésame ' })).toBe('right');
      expect(await verifier.verify({ principal: 'indexer', secret: 'open:sésame' })).toBe('wrong');
    });

    it('prints the entry alone with --json, and without a principal only the hash', async () => {
      const { code, out, err } = await hash(['--json'], { input: piped('s') });
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(JSON.parse(out)).toEqual({ secret_hash: expect.stringMatching(/^scrypt\$32768\$8\$1\$/) });
    });

    it.each([
      ['', 'A secret may not be empty. Nothing was hashed.'],
      ['\n', 'A secret may not be empty.'],
      ['a\nb\n', 'control characters, such as line ends'],
      ['x'.repeat(1025), 'longer than 1024 bytes'],
    ])('ends with 2 on what can be no secret: %j', async (text, words) => {
      const { code, out, err } = await hash([], { input: piped(text) });
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toContain(words);
    });

    it('ends with 2 on what can be no principal', async () => {
      expect(await hash(['--principal', 'a:b'], { input: piped('s') })).toMatchObject({ code: 2, err: expect.stringContaining('colon') });
    });

    /** A terminal as Node.js shows it: it echoes unless it is in raw mode. */
    class Keyboard extends PassThrough {
      readonly isTTY = true;
      readonly rawModes: boolean[] = [];
      setRawMode(isRaw: boolean): this {
        this.rawModes.push(isRaw);
        return this;
      }
    }

    it('asks a person twice, in raw mode, and shows nothing of what is typed', async () => {
      const keyboard = new Keyboard();
      keyboard.write('hunter2\rhunter2\r');
      const { code, out, err } = await hash(['--principal', 'indexer'], { input: keyboard });
      expect(code).toBe(0);
      expect(err).toContain('Secret (it is not shown):\nThe same again:\n');
      expect(out + err).not.toContain('hunter');
      expect(keyboard.rawModes).toEqual([true, false]);
      const path = await file('credentials.json', `{"credentials":[${out}]}`);
      const verifier = createVerifier((await readCredentialsFile(path)).value);
      expect(await verifier.verify({ principal: 'indexer', secret: 'hunter2' })).toBe('right');
    });

    it('takes no secret that was mistyped', async () => {
      const keyboard = new Keyboard();
      keyboard.write('hunter2\rhunter3\r');
      expect(await hash([], { input: keyboard })).toMatchObject({ code: 2, out: '', err: expect.stringContaining('The two differ') });
    });

    it('stops at Ctrl-C, and leaves the terminal as it was', async () => {
      const keyboard = new Keyboard();
      keyboard.write('hunt\u0003');
      expect(await hash([], { input: keyboard })).toMatchObject({ code: 130, out: '' });
      expect(keyboard.rawModes).toEqual([true, false]);
    });
  });

  describe('of a command that asks a master', () => {
    const INDEXER = { principal: 'indexer', secret: 'open:sesame' };
    let server: RpcServer;
    beforeEach(async () => {
      const wanted = basicAuthorization(INDEXER);
      server = await startRpcServer({
        host: '127.0.0.1',
        port: 0,
        maxMessageBytes: 65_536,
        log: recordedLog(),
        handlers: [
          handleUnary(operatorService.getAgents, (_request, call) =>
            call.metadata('authorization') === wanted ? ok({ agents: [] }) : refused(refuse('unauthenticated', { problem: 'Who?' })),
          ),
        ],
      });
    });
    afterEach(() => server.stop(0));
    const list = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
      runHoldfast(['agent', 'list', ...args], { env: { HOLDFAST_MASTER: server.address, ...env } });

    it('are sent, from the command line or the environment', async () => {
      const secretFile = await file('secret', `${INDEXER.secret}\n`);
      const done = { code: 0, out: 'No agent is registered.\n', err: '' };
      expect(await list(['--principal', 'indexer', '--secret-file', secretFile])).toEqual(done);
      expect(await list([], { HOLDFAST_PRINCIPAL: 'indexer', HOLDFAST_SECRET_FILE: secretFile })).toEqual(done);
      expect(await list(['--principal', 'indexer'], { HOLDFAST_PRINCIPAL: 'other', HOLDFAST_SECRET_FILE: secretFile })).toEqual(done);
    });

    it('end it with 1 where they are missing or wrong, and say what to do', async () => {
      expect(await list([])).toMatchObject({ code: 1, err: expect.stringContaining('Add --principal NAME --secret-file FILE') });
      const secretFile = await file('secret', 'wrong\n');
      const { code, err } = await list(['--principal', 'indexer', '--secret-file', secretFile]);
      expect(code).toBe(1);
      expect(err).toContain("does not know the principal 'indexer', or the secret is not its own");
      expect(err).not.toContain('wrong');
    });

    it('end it with 2 where one half is missing or cannot be read', async () => {
      const secretFile = await file('secret', 's\n');
      expect(await list(['--secret-file', secretFile])).toMatchObject({ code: 2, err: expect.stringContaining('Add --principal NAME') });
      expect(await list(['--principal', 'a'])).toMatchObject({ code: 2, err: expect.stringContaining('Add --secret-file FILE') });
      expect(await list(['--principal', 'a:b', '--secret-file', secretFile])).toMatchObject({
        code: 2,
        err: expect.stringContaining('colon'),
      });
      const missing = join(home, 'missing');
      expect(await list(['--principal', 'a', '--secret-file', missing])).toMatchObject({ code: 2, err: expect.stringContaining('ENOENT') });
      const empty = await file('empty', '\n');
      expect(await list(['--principal', 'a', '--secret-file', empty])).toMatchObject({ code: 2, err: expect.stringContaining('empty') });
    });

    it('are sent with a warning from a file that everybody can read', async () => {
      const secretFile = await file('secret', INDEXER.secret, 0o644);
      const { code, err } = await list(['--principal', 'indexer', '--secret-file', secretFile]);
      expect(code).toBe(0);
      expect(err).toContain(`everybody on this machine can read the secret; run: chmod o-r ${secretFile}`);
    });
  });

  describe('of a development cluster', () => {
    it('are looked at before anything starts', async () => {
      const wrong = await file('wrong.json', '{"credentials":[{"principal":"indexer","secret_hash":"hush"}]}');
      const credentials = await runHoldfast(['dev', '--work-dir', join(home, 'work'), '--credentials', wrong]);
      expect(credentials).toMatchObject({ code: 1, err: expect.stringContaining('credentials[0].secret_hash: is not of the form') });
      expect(credentials.out + credentials.err).not.toContain('hush');
      const acls = await file('acls.json', '{"run_task":[]}');
      expect(await runHoldfast(['dev', '--work-dir', join(home, 'work'), '--acls', acls])).toMatchObject({
        code: 1,
        err: expect.stringContaining('acls.run_task: is not known; did you mean run_tasks?'),
      });
      expect(await runHoldfast(['dev', '--acls', join(home, 'none')])).toMatchObject({
        code: 1,
        err: expect.stringContaining('cannot be read (ENOENT)'),
      });
    });
  });
});
