// A process with one failpoint, which says what it gets to do.
import { failpoint } from '.';

const say = (msg: string) => process.stdout.write(`${JSON.stringify({ msg })}\n`);

say('before');
failpoint('agent.before_commit');
say('done');
