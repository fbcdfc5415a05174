import type { Redis } from 'ioredis';
import { AGENT, FRAMEWORK, launchName, STORE, taskName, volumeName, type Ledgerlike, type Step } from './step';

/**
 * What a change of the ledger asks of Redis, and nothing else: the same commands on keys of the same names, with values of the same size,
 * in one script. No rules, no JSON, no undoing; the caller has decided everything.
 */
const SCRIPT = `
local time = redis.call('TIME')
if time[1] * 1000 > tonumber(ARGV[3]) then return { 'too_late' } end
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'revision', 'verified_epoch')
local revision = tonumber(meta[2]) or 0
for i = 1, #KEYS - 3 do redis.call('HGET', KEYS[2], ARGV[5 + i]) end
local answers = {}
for at = #KEYS + 3, #ARGV, 4 do
  local holders, id, text = KEYS[3 + tonumber(ARGV[at])], ARGV[at + 2], ARGV[at + 3]
  redis.call('HGET', holders, id)
  revision = revision + 1
  local stream_id = string.format('%.0f', revision) .. '-0'
  if ARGV[at + 1] == 'volume_acquired' then
    redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[4], stream_id, 'change', ARGV[at + 1], 'volume', ARGV[6], 'generation', 1,
      'at_ms', ARGV[2], 'epoch', ARGV[1], 'holder', text)
    redis.call('HSET', holders, id, text)
  else
    redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[4], stream_id, 'change', ARGV[at + 1], 'volume', ARGV[6], 'generation', 1,
      'at_ms', ARGV[2], 'epoch', ARGV[1], 'holder', text, 'cause', 'TASK_FINISHED')
    redis.call('HDEL', holders, id)
  end
  answers[#answers + 1] = { 'done' }
end
redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'revision', string.format('%.0f', revision))
return { 'applied', revision, 'verified', answers }
`;

const HISTORY_LENGTH = 100_000;
const FAR_MS = 4e12;

/** The floor: the same steps by the bare script. */
export class BareLedger implements Ledgerlike {
  private constructor(
    private readonly redis: Redis,
    private readonly sha: string,
  ) {}

  static async open(redis: Redis, volumes: number): Promise<BareLedger> {
    const sha = (await redis.script('LOAD', SCRIPT)) as string;
    for (let volume = 0; volume < volumes; volume++) await redis.hset(key('volumes'), volumeName(volume), VOLUME_TEXT);
    return new BareLedger(redis, sha);
  }

  async transact(steps: readonly Step[]): Promise<void> {
    const volumes = [...new Set(steps.map(({ volume }) => volume))];
    const places = new Map(volumes.map((volume, at) => [volume, at + 1]));
    const keys = [key('meta'), key('volumes'), key('history'), ...volumes.map((volume) => key(`holders:${volumeName(volume)}`))];
    const args: (string | number)[] = [1, Date.now(), FAR_MS, HISTORY_LENGTH, '', ...volumes.map(volumeName)];
    for (const { kind, volume, holder } of steps) {
      const id = `${FRAMEWORK}/${taskName(holder)}/${launchName(holder)}`;
      args.push(places.get(volume) ?? 1, kind === 'acquire' ? 'volume_acquired' : 'volume_released', id, holderText(holder));
    }
    const reply = (await this.redis.evalsha(this.sha, keys.length, ...keys, ...args)) as readonly unknown[];
    if (reply[0] !== 'applied') throw new Error(`the bare script replied ${String(reply[0])}`);
  }
}

const key = (name: string): string => `bare:{${STORE}}:${name}`;

const holderText = (holder: number): string =>
  `{"framework":"${FRAMEWORK}","task":"${taskName(holder)}","launch":"${launchName(holder)}","agent":"${AGENT}","mode":"RW","state":"pending","since_ms":${Date.now()}}`;

/** As long as the ledger's text of a volume. */
const VOLUME_TEXT = 'x'.repeat(420);
