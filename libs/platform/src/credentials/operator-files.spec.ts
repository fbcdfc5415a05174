import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVerifier, hashSecret, OperatorFileFault, readAclsFile, readCredentialsFile } from '.';
import { parseCredentials } from './credentials-file';

describe('the files of an operator', () => {
  let home: string;
  let entry: { principal: string; secret_hash: string };
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'holdfast-credentials-'));
    entry = { principal: 'indexer', secret_hash: await hashSecret('hunter2') };
  });
  afterAll(() => rm(home, { recursive: true }));

  async function file(content: unknown, mode = 0o600): Promise<string> {
    const path = join(home, 'file.json');
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
    await chmod(path, mode);
    return path;
  }

  describe('credentials', () => {
    it('are read from a file that only its owner can read, without a word', async () => {
      const { value, warnings } = await readCredentialsFile(await file({ credentials: [entry, { ...entry, principal: 'web' }] }));
      expect([...value.keys()]).toEqual(['indexer', 'web']);
      expect(warnings).toEqual([]);
    });

    it('are read with a warning from a file that others can read', async () => {
      const { warnings } = await readCredentialsFile(await file({ credentials: [entry] }, 0o644));
      expect(warnings).toEqual([expect.stringMatching(/can be read by everybody on this machine; run: chmod o-r /)]);
    });

    it('are not believed from a file that others can write', async () => {
      const path = await file({ credentials: [entry] }, 0o602);
      await expect(readCredentialsFile(path)).rejects.toThrow(OperatorFileFault);
      await expect(readCredentialsFile(path)).rejects.toThrow(`can be written by everybody on this machine; run: chmod o-w ${path}`);
    });

    it('stop whoever needs them when the file is not there or not JSON, without quoting it', async () => {
      await expect(readCredentialsFile(join(home, 'nowhere.json'))).rejects.toThrow(/nowhere\.json, cannot be read \(ENOENT\)/);
      await expect(readCredentialsFile(home)).rejects.toThrow(OperatorFileFault);
      for (const text of ['{"credentials":[{"secret":hunter2}]}', '{"credentials":\n  [{"principal":"a" "secret":"hunter2"}]}', '']) {
        const path = await file(text);
        await expect(readCredentialsFile(path)).rejects.toThrow(/is not JSON/);
        await expect(readCredentialsFile(path)).rejects.not.toThrow(/hunter/);
      }
      await expect(readCredentialsFile(await file('{"credentials":\n  [1 2]}'))).rejects.toThrow('line 2, column 6');
    });

    it('say which file, what is wrong and where', async () => {
      const path = await file({ credentials: [{ principal: 'indexer', secret: 'hunter2', secret_hash: entry.secret_hash }] });
      await expect(readCredentialsFile(path)).rejects.toThrow(
        `The file with the credentials, ${path}, is wrong. credentials[0]: has both secret and secret_hash; leave the secret out`,
      );
      await expect(readCredentialsFile(path)).rejects.not.toThrow(/hunter/);
    });

    it('may hold a secret as it is, as those of Mesos do; in memory is its hash', async () => {
      const known = (await readCredentialsFile(await file({ credentials: [{ principal: 'indexer', secret: 'hunter2' }] }))).value;
      expect(JSON.stringify([...known])).not.toContain('hunter2');
      const verifier = createVerifier(known);
      expect(await verifier.verify({ principal: 'indexer', secret: 'hunter2' })).toBe('right');
      expect(await verifier.verify({ principal: 'indexer', secret: 'hunter3' })).toBe('wrong');
    });

    it('are refused for anything that is not as it should be, each with its place', () => {
      const wrong: readonly (readonly [unknown, string])[] = [
        [null, 'the file: must be an object'],
        [[], 'the file: must be an object'],
        [{}, 'credentials: must be a list'],
        [{ credential: [] }, 'credential: is not known; did you mean credentials?'],
        [{ credentials: [] }, 'credentials: names nobody'],
        [{ credentials: [null] }, 'credentials[0]: must be an object'],
        [{ credentials: [{ ...entry, role: 'x' }] }, 'credentials[0].role: is not known'],
        [{ credentials: [{ secret_hash: entry.secret_hash }] }, 'credentials[0].principal: must be a text'],
        [{ credentials: [{ ...entry, principal: '' }] }, 'credentials[0].principal: A principal may not be empty'],
        [{ credentials: [{ ...entry, principal: 'a:b' }] }, 'credentials[0].principal: A principal may not contain a colon'],
        [{ credentials: [entry, { ...entry, secret: 'x' }] }, 'credentials[1]: has both secret and secret_hash'],
        [{ credentials: [{ principal: 'a', secret: 5 }] }, 'credentials[0].secret: must be a text'],
        [{ credentials: [{ principal: 'a', secret: '' }] }, 'credentials[0].secret: '],
        [{ credentials: [entry, entry] }, "credentials[1].principal: 'indexer' has an entry already"],
        [{ credentials: [{ principal: 'a' }] }, 'credentials[0].secret_hash: must be a text'],
        [{ credentials: [{ principal: 'a', secret_hash: 'hunter2' }] }, 'credentials[0].secret_hash: is not of the form'],
      ];
      for (const [json, words] of wrong) {
        const parsed = parseCredentials(json);
        expect({ json, message: parsed.ok ? 'read' : parsed.refusal.message }).toEqual({ json, message: expect.stringContaining(words) });
        if (!parsed.ok) expect(parsed.refusal.message).not.toContain('hunter');
      }
    });
  });

  describe('ACLs', () => {
    it('are read, also where others can read them', async () => {
      const { value, warnings } = await readAclsFile(await file({ permissive: false }, 0o644));
      expect(value.permissive).toBe(false);
      expect(warnings).toEqual([]);
    });

    it('stop whoever needs them when they are wrong or not safe to believe', async () => {
      await expect(readAclsFile(await file({ permisive: false }))).rejects.toThrow(
        'acls.permisive: is not known; did you mean permissive?',
      );
      await expect(readAclsFile(await file({ permissive: false }, 0o666))).rejects.toThrow('can be written by everybody');
    });
  });
});
