import { spawnSync } from 'node:child_process';

/** Whether tasks can be given namespaces of their own here: root on Linux with bubblewrap, and not locked out of it, as in many containers. */
export const canMountReadOnly = (): boolean =>
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  spawnSync('bwrap', ['--unshare-pid', '--ro-bind', '/', '/', '--proc', '/proc', 'true'], { stdio: 'ignore' }).status === 0;
