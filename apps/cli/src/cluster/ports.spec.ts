import { createServer, type Server } from 'node:net';
import { choosePorts, LOOPBACK, PortsInUseError } from './ports';

const listen = (port: number) =>
  new Promise<Server>((resolve, reject) => {
    const server = createServer();
    server.once('error', reject).listen(port, LOOPBACK, () => resolve(server));
  });

describe('choosePorts', () => {
  it('finds free ones, all different, that the kernel does not give to outgoing connections', async () => {
    const { agentsHttp, ...others } = await choosePorts({ agents: 3, isEphemeral: true, hasOwnRedis: true });
    const all = [...Object.values(others), ...agentsHttp];
    expect(all).toHaveLength(10);
    expect(new Set(all).size).toBe(10);
    for (const port of all) expect(port).toBeLessThan(32_768);
    for (const server of await Promise.all(all.map(listen))) server.close();
  });

  it('passes over a port that is taken', async () => {
    const first = await choosePorts({ agents: 1, isEphemeral: true, hasOwnRedis: false });
    const taken = await listen(first.masterGrpc);
    const second = await choosePorts({ agents: 1, isEphemeral: true, hasOwnRedis: false });
    taken.close();
    expect([...Object.values(second), ...second.agentsHttp]).not.toContain(first.masterGrpc);
    expect(second.redis).toBeUndefined();
  });

  it('says which of the fixed ports are taken, by whom they were wanted, and what to do', async () => {
    // Another cluster of a developer may hold 5053 already; then it is just as taken.
    const taken = await listen(5053).catch(() => undefined);
    const chosen = choosePorts({ agents: 3, isEphemeral: false, hasOwnRedis: false });
    await expect(chosen).rejects.toThrow(PortsInUseError);
    await expect(chosen).rejects.toThrow(/5053 \(agent-3 HTTP\)/);
    await expect(chosen).rejects.toThrow(/--ephemeral-ports/);
    taken?.close();
  });
});
