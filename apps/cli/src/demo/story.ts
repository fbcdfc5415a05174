import { connectOperator } from '@holdfast/scheduler-sdk';
import type { Cluster } from '../cluster';
import { oneAccept } from './chapter-1-one-accept';
import { whoIsOfferedIt } from './chapter-2-who-is-offered-it';
import { notShared } from './chapter-3-not-shared';
import { destroyInUse } from './chapter-4-destroy-in-use';
import { servicesDie } from './chapter-5-services-die';
import { theLastHolder } from './chapter-6-the-last-holder';
import type { Narrator } from './narrator';
import { Player } from './player';

/** Plays the whole story on a fresh cluster; throws what did not come out as it should. */
export async function playStory(cluster: Cluster, narrator: Narrator, ending: AbortSignal): Promise<void> {
  const address = cluster.ready.master.grpc;
  const operator = connectOperator({ address });
  const players: Player[] = [];
  const join = async (name: string, role: string, takesShared: boolean) => {
    const player = await Player.join(address, { name, role, takesShared });
    players.push(player);
    return player;
  };
  const leave = () => {
    for (const player of players) player.scheduler.close();
    operator.close();
  };
  ending.addEventListener('abort', leave, { once: true });
  try {
    const a = await join('A', 'eng', true);
    const b = await join('B', 'eng', true);
    const c = await join('C', 'eng', false);
    const d = await join('D', 'ads', true);
    const stage = await oneAccept({ cluster, operator, narrator, ending, a, b, c, d });
    await whoIsOfferedIt(stage);
    await notShared(stage);
    await destroyInUse(stage);
    await servicesDie(stage);
    await theLastHolder(stage);
    for (const player of players) await player.scheduler.teardown();
  } finally {
    ending.removeEventListener('abort', leave);
    leave();
  }
}
