import { fork, type ChildProcess } from 'node:child_process';
import type { BareDoorOptions } from '../doors/bare-door';
import type { NodeOptions } from './nodes';

/** Starts this program again as a bare server; answers with what it says when it serves, which is where. */
export function forkNode(options: NodeOptions | BareDoorOptions, children: ChildProcess[]): Promise<string> {
  const child = fork(process.argv[1] ?? '', ['floor-node', JSON.stringify(options)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  children.push(child);
  return new Promise((resolve, reject) => {
    child.once('message', (where) => resolve(String(where)));
    child.once('exit', (code) => reject(new Error(`a bare ${options.role} ended with exit code ${code}`)));
  });
}
