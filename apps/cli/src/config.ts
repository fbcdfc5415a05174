import { defineSettings, optionalText, text } from '@holdfast/platform/config';

/** What the command reads of the environment; the command line overrides it. */
export const cliSettings = defineSettings({
  service: 'cli',
  about: 'The holdfast command: a development cluster, the demo, and questions to a master.',
  fields: {
    master: text('HOLDFAST_MASTER', '127.0.0.1:7050', 'host:port of the master that is asked'),
    principal: optionalText('HOLDFAST_PRINCIPAL', undefined, 'who asks, where the master wants to know'),
    secretFile: optionalText('HOLDFAST_SECRET_FILE', undefined, 'file with the secret of the principal, on one line'),
    redisUrl: optionalText('HOLDFAST_REDIS_URL', undefined, 'Redis that a development cluster uses in place of a private one'),
    noColor: optionalText('NO_COLOR', undefined, 'set to anything: no colours'),
  },
});

export type CliSettings = ReturnType<(typeof cliSettings)['read']>;
