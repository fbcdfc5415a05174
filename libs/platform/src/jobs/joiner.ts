/** Keeps the calls of one subject in single file. */
export interface Joiner<Payload> {
  ask(subject: string, payload: Payload): Promise<void>;
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
}

interface Turn<Payload> {
  payload: Payload;
  readonly done: Promise<void>;
}

/**
 * Of one subject, one call is under way and one more waits at most; further ones join that one and replace its payload. Joining
 * the call under way would be wrong: its job may have begun already, before what is asked for now came about.
 */
export function createJoiner<Payload>(call: (subject: string, payload: Payload) => Promise<void>): Joiner<Payload> {
  const underWay = new Map<string, Promise<void>>();
  const waiting = new Map<string, Turn<Payload>>();

  const start = (subject: string, payload: Payload): Promise<void> => {
    const done = call(subject, payload).finally(() => {
      if (underWay.get(subject) === done) underWay.delete(subject);
    });
    underWay.set(subject, done);
    return done;
  };

  return {
    ask(subject, payload) {
      const joined = waiting.get(subject);
      if (joined) {
        joined.payload = payload;
        return joined.done;
      }
      const before = underWay.get(subject);
      if (!before) return start(subject, payload);
      const follow = () => {
        const turn = waiting.get(subject);
        waiting.delete(subject);
        return start(subject, turn ? turn.payload : payload);
      };
      const done = before.then(follow, follow);
      waiting.set(subject, { payload, done });
      return done;
    },
    async settled() {
      while (underWay.size > 0) await Promise.allSettled([...underWay.values(), ...[...waiting.values()].map((turn) => turn.done)]);
    },
  };
}
