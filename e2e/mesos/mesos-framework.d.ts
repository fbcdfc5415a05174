/** What this suite uses of the npm package `mesos-framework`, which has no types of its own. */
declare module 'mesos-framework' {
  import type { EventEmitter } from 'node:events';
  import type { ClientRequest } from 'node:http';

  interface SchedulerOptions {
    readonly masterUrl: string;
    readonly port: number;
    readonly frameworkName: string;
    /** Seconds without a byte after which it gives the connection up. */
    readonly masterConnectionTimeout: number;
    readonly logging: { readonly path: string; readonly fileName: string; readonly level: string };
    readonly handlers?: Readonly<Record<string, (payload: unknown) => void>>;
    readonly tasks?: Readonly<Record<string, object>>;
  }

  export class Scheduler extends EventEmitter {
    constructor(options: SchedulerOptions);
    readonly frameworkId: string | null;
    /** By event type; an application may add those that the package does not know. */
    readonly customEventHandlers: Record<string, (payload: unknown) => void>;
    /** That of the stream. */
    readonly httpRequest: ClientRequest;
    subscribe(): void;
    decline(offerIds: readonly object[], filters: object | null): void;
    revive(): void;
    kill(taskId: string, agentId: string): void;
    reconcile(): void;
    teardown(): void;
  }

  export const helpers: {
    /** POSTs the payload as JSON with the scheduler's stream id; takes 202 for success, and nothing else. */
    doRequest(this: Scheduler, payload: object, done: (error: { readonly message: string } | null) => void): void;
  };

  export const Mesos: {
    getMesos(): {
      readonly CommandInfo: new (uris: null, environment: null, shell: boolean, value: string, args: null, user: null) => object;
    };
  };
}
