import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { authorize, parseAcls, type Action } from '@holdfast/core/authorization';
import { readCredentialsFile } from '@holdfast/platform/credentials';
import { AccessFiles } from './access-files.fixture';

/** What docs/security.md shows is what a master reads. */
describe('the examples of the security document', () => {
  const document = readFileSync(join(__dirname, '../../../../docs/security.md'), 'utf8');
  const [credentials, acls] = [...document.matchAll(/```json\n(.*?)```/gs)].map(([, text]) => JSON.parse(text ?? '') as unknown);

  it('are a credentials file', async () => {
    const files = await AccessFiles.open();
    const { value } = await readCredentialsFile(await files.write('credentials.json', credentials));
    await files.close();
    expect([...value.keys()]).toEqual(['indexer']);
  });

  it('and ACLs that do what the text says (B-120…B-126)', () => {
    const parsed = parseAcls(acls);
    if (!parsed.ok) throw new Error(parsed.refusal.message);
    const may = (principal: string | undefined, action: Action) => authorize(parsed.value, principal, action) === undefined;
    const own: readonly Action[] = [
      { kind: 'register_frameworks', roles: ['eng'] },
      { kind: 'run_tasks', user: 'nobody' },
      { kind: 'reserve_resources', roles: ['eng'] },
      { kind: 'unreserve_resources', reservers: ['indexer'] },
      { kind: 'create_volumes', roles: ['eng'] },
      { kind: 'destroy_volumes', creators: ['indexer'] },
      { kind: 'resize_volumes', roles: ['eng'] },
      { kind: 'teardown_frameworks', frameworkPrincipal: 'indexer' },
    ];
    for (const action of own) {
      expect(may('indexer', action)).toBe(true);
      expect(may('operator', action)).toBe(false);
      expect(may(undefined, action)).toBe(false);
    }
    const operators: readonly Action[] = [
      { kind: 'force_release', roles: ['eng'] },
      { kind: 'repair_ledger', agents: ['a1'] },
      { kind: 'repair_ledger', agents: [] },
    ];
    for (const action of operators) {
      expect(may('operator', action)).toBe(true);
      expect(may('indexer', action)).toBe(false);
      expect(may(undefined, action)).toBe(false);
    }
    expect(may('operator', { kind: 'force_release', roles: ['ads'] })).toBe(false);
    const others: readonly Action[] = [
      { kind: 'run_tasks', user: 'root' },
      { kind: 'run_tasks', user: '0' },
      { kind: 'reserve_resources', roles: ['eng', 'ads'] },
      { kind: 'unreserve_resources', reservers: [undefined] },
      { kind: 'destroy_volumes', creators: ['indexer', 'operator'] },
      { kind: 'teardown_frameworks' },
    ];
    for (const action of others) expect(may('indexer', action)).toBe(false);
    expect(document).toContain(
      authorize(parsed.value, 'indexer', { kind: 'register_frameworks', roles: ['ads'] })?.message ?? 'it was allowed',
    );
  });
});
