import { readFile } from 'node:fs/promises';
import { Client, credentials as channel, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { authorize } from '@holdfast/core/authorization';
import { ok } from '@holdfast/core/base';
import { operatorService, volumeService, type Method } from '@holdfast/contracts';
import { basicAuthorization, OperatorFileFault } from '@holdfast/platform/credentials';
import { createRpcClient, startRpcServer, type RpcClient, type RpcServer } from '@holdfast/platform/rpc';
import { recordedLog } from '@holdfast/testing/log';
import { AgentBook } from '../agents';
import { masterSettings } from '../config';
import type { Deps } from '../deps';
import { FrameworkBook } from '../frameworks';
import { OfferBook } from '../offers/offer-book';
import { operatorHandlers } from '../rpc/operator-service';
import { volumeHandlers } from '../rpc/volume-service';
import { TaskBook } from '../tasks/task-book';
import { AccessFiles } from './access-files.fixture';
import { basicChallenge, createAuthenticator, openAccessFiles, REALM, type Access } from '.';

const INDEXER = { principal: 'indexer', secret: 'open:sesame' };

describe('authentication', () => {
  let files: AccessFiles;
  let credentialsPath: string;
  beforeAll(async () => {
    files = await AccessFiles.open();
    credentialsPath = await files.credentials({ indexer: INDEXER.secret, web: 'other' });
  });
  afterAll(() => files.close());

  const openAccess = (env: NodeJS.ProcessEnv, log = recordedLog()): Promise<Access> => openAccessFiles(masterSettings.read(env), log);
  const asking = () => openAccess({ HOLDFAST_MASTER_CREDENTIALS: credentialsPath });

  describe('of one call', () => {
    it('finds out who calls, later at once (B-093)', async () => {
      const { authenticator } = await asking();
      const authorization = basicAuthorization(INDEXER);
      expect(await authenticator.authenticate(authorization)).toEqual(ok('indexer'));
      expect(authenticator.authenticate(authorization)).toEqual(ok('indexer'));
    });

    it('refuses missing, malformed and wrong credentials, and tells no stranger whom we know (B-093)', async () => {
      const { authenticator } = await asking();
      const message = async (authorization: string | undefined) => {
        const answer = await authenticator.authenticate(authorization);
        return answer.ok ? 'ok' : `${answer.refusal.code}: ${answer.refusal.message}`;
      };
      expect(await message(undefined)).toContain('unauthenticated: This master asks for credentials, and none were sent.');
      expect(await message('Bearer x')).toContain('unauthenticated: The authorization is not of the form');
      const wrong = await message(basicAuthorization({ principal: 'indexer', secret: 'other' }));
      expect(wrong).toContain('unauthenticated: The principal is not known, or the secret is not its own.');
      expect(await message(basicAuthorization({ principal: 'stranger', secret: 'x' }))).toBe(wrong);
      expect(wrong).toContain("gRPC metadata key 'authorization'");
    });

    it('asks nobody where no credentials are configured, and ignores those that are sent (B-096; wire document, section 12)', () => {
      const { authenticate } = createAuthenticator(undefined);
      for (const authorization of [undefined, '', 'Basic Og==', 'Bearer x', basicAuthorization(INDEXER)]) {
        expect(authenticate(authorization)).toEqual(ok(undefined));
      }
    });

    it('names the realm of the scheduler API as clients of Mesos know it', () => {
      expect(basicChallenge(REALM.scheduler)).toBe('Basic realm="mesos-master-scheduler"');
    });
  });

  describe('from files', () => {
    it('asks nobody and allows everything where no file is named (B-096, B-120)', async () => {
      const log = recordedLog();
      const { authenticator, acls } = await openAccess({}, log);
      expect(await authenticator.authenticate(undefined)).toEqual(ok(undefined));
      expect(authorize(acls, undefined, { kind: 'run_tasks', user: 'root' })).toBeUndefined();
      expect(log.lines).toEqual([]);
    });

    it('does not start with a file that is missing or wrong', async () => {
      const broken = await files.write('broken.json', { credentials: [{ principal: 'indexer', secret: 'hush', secret_hash: 'hush' }] });
      for (const env of [
        { HOLDFAST_MASTER_CREDENTIALS: '/nowhere/credentials.json' },
        { HOLDFAST_MASTER_CREDENTIALS: broken },
        { HOLDFAST_MASTER_ACLS: '/nowhere/acls.json' },
        { HOLDFAST_MASTER_ACLS: broken },
      ]) {
        await expect(openAccess(env)).rejects.toThrow(OperatorFileFault);
        await expect(openAccess(env)).rejects.not.toThrow(/hush/);
      }
    });

    it('warns of what is not as safe as it looks', async () => {
      const acls = await files.write('acls.json', { run_tasks: [{ principals: { type: 'NONE' }, users: { values: ['root'] } }] });
      const log = recordedLog();
      const access = await openAccess({ HOLDFAST_MASTER_ACLS: acls }, log);
      expect(authorize(access.acls, 'indexer', { kind: 'run_tasks', user: 'root' })).toMatchObject({ code: 'unauthorized' });
      expect(log.lines).toMatchObject([
        { level: 'warn', message: expect.stringContaining('frameworks are believed what they call themselves') },
      ]);

      const open = await files.write('open.json', JSON.parse(await readFile(credentialsPath, 'utf8')), 0o644);
      const opened = recordedLog();
      await openAccess({ HOLDFAST_MASTER_CREDENTIALS: open, HOLDFAST_MASTER_ACLS: acls }, opened);
      expect(opened.lines).toMatchObject([{ level: 'warn', message: expect.stringContaining('can be read by everybody') }]);
    });
  });

  describe('of operators, over gRPC', () => {
    let server: RpcServer | undefined;
    const clients: { close(): void }[] = [];
    afterEach(async () => {
      for (const client of clients.splice(0)) client.close();
      await server?.stop(0);
    });

    async function serve(access: Access): Promise<string> {
      const books = { agents: new AgentBook(), frameworks: new FrameworkBook(), offers: new OfferBook(), tasks: new TaskBook() };
      const ledger = { readStores: async () => [], readVolumes: async () => [], readHistory: async () => [] };
      const deps = { ...access, ...books, ledger, self: { version: '1' } } as unknown as Deps;
      server = await startRpcServer({
        host: '127.0.0.1',
        port: 0,
        maxMessageBytes: 65_536,
        log: recordedLog(),
        handlers: [...operatorHandlers(deps), ...volumeHandlers(deps)],
      });
      return server.address;
    }
    const connect = (address: string, credentials?: typeof INDEXER): RpcClient => {
      const client = createRpcClient({ address, ...(credentials && { credentials }) });
      clients.push(client);
      return client;
    };
    const name = { agentId: 'a', role: 'eng', persistenceId: 'v' };
    const QUESTIONS: readonly (readonly [string, (client: RpcClient) => Promise<unknown>])[] = [
      ['GetAgents', (client) => client.unary(operatorService.getAgents, {})],
      ['GetFrameworks', (client) => client.unary(operatorService.getFrameworks, {})],
      ['GetTasks', (client) => client.unary(operatorService.getTasks, {})],
      ['ListVolumes', (client) => client.unary(volumeService.listVolumes, {})],
      ['GetVolume', (client) => client.unary(volumeService.getVolume, name)],
      ['ListHolders', (client) => client.unary(volumeService.listHolders, name)],
      ['ListHistory', (client) => client.unary(volumeService.listHistory, { ...name, afterRevision: 0, limit: 1 })],
    ];

    it.each(QUESTIONS)('refuses %s to whom it does not know, and answers whom it does (B-093)', async (_name, ask) => {
      const address = await serve(await asking());
      for (const credentials of [undefined, { ...INDEXER, secret: 'wrong' }, { ...INDEXER, principal: 'stranger' }]) {
        expect(await ask(connect(address, credentials))).toMatchObject({ ok: false, refusal: { code: 'unauthenticated' } });
      }
      const known = connect(address, INDEXER);
      for (let n = 0; n < 2; n++) expect(await ask(known)).not.toMatchObject({ refusal: { code: 'unauthenticated' } });
    });

    it.each(QUESTIONS)('answers %s to anybody where no credentials are configured (B-096)', async (_name, ask) => {
      const address = await serve(await openAccess({}));
      expect(await ask(connect(address))).not.toMatchObject({ refusal: { code: 'unauthenticated' } });
      expect(await ask(connect(address, { ...INDEXER, secret: 'wrong' }))).not.toMatchObject({ refusal: { code: 'unauthenticated' } });
    });

    it('tells anybody its version', async () => {
      const address = await serve(await asking());
      expect(await connect(address).unary(operatorService.getVersion, {})).toEqual(ok({ version: '1' }));
    });

    it('answers a client of any language with UNAUTHENTICATED, and understands its metadata', async () => {
      const address = await serve(await asking());
      const bare = new Client(address, channel.createInsecure());
      clients.push(bare);
      const call = (authorization?: string) =>
        new Promise<ServiceError | null>((resolve) => {
          const { path }: Method<unknown, unknown> = operatorService.getAgents;
          const metadata = new Metadata();
          if (authorization !== undefined) metadata.set('authorization', authorization);
          const asIs = (bytes: Buffer) => bytes;
          bare.makeUnaryRequest(path, asIs, asIs, Buffer.alloc(0), metadata, {}, (error) => resolve(error));
        });
      expect(await call()).toMatchObject({ code: status.UNAUTHENTICATED });
      expect(await call(`Basic ${Buffer.from('indexer:open:sesame').toString('base64')}`)).toBeNull();
    });
  });
});
