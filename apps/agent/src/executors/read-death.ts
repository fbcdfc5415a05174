import { type ContainerEnd, endOf, readContainerLog } from '../containers';

/** How an executor has ended whose container is not there any more; undefined: it never had one. */
export async function readDeath(logPath: string, isAfterReboot: boolean): Promise<ContainerEnd | undefined> {
  const log = await readContainerLog(logPath);
  if (!log.mark) return undefined;
  const end = endOf(log, undefined);
  return isAfterReboot && end.kind === 'lost' ? { kind: 'lost', problem: 'the machine was restarted while it ran' } : end;
}
