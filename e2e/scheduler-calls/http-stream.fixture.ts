import { basicAuthorization, type Credentials } from '@holdfast/platform/credentials';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what the wire says is compared, not typed
export type Wire = any;

/** A subscription on the Mesos HTTP door, in JSON, as bare as it can be. */
export class HttpStream {
  private readonly records: AsyncGenerator<Wire, void>;
  private frameworkId = '';

  private constructor(
    private readonly url: string,
    private readonly credentials: Credentials | undefined,
    readonly response: Response,
    private readonly leaving: AbortController,
  ) {
    this.records = recordsOf(response);
  }

  /** SUBSCRIBE; `response` is what the master says, whether it opens a stream or not. */
  static async subscribe(masterUrl: string, framework: object, credentials?: Credentials): Promise<HttpStream> {
    const url = `${masterUrl}/api/v1/scheduler`;
    const leaving = new AbortController();
    const response = await post(url, credentials, { type: 'SUBSCRIBE', subscribe: { framework_info: framework } }, {}, leaving.signal);
    return new HttpStream(url, credentials, response, leaving);
  }

  /** The next event; undefined when the master has ended the stream. */
  async next(): Promise<Wire> {
    const { value: event } = await this.records.next();
    if (event?.type === 'SUBSCRIBED') this.frameworkId = event.subscribed.framework_id.value;
    return event;
  }

  /** The next event of this type that fits; those before it are passed over. */
  async until(type: string, fits: (event: Wire) => boolean = () => true): Promise<Wire> {
    for (;;) {
      const event = await this.next();
      if (event === undefined) throw new Error(`the stream ended before ${type}`);
      if (event.type === type && fits(event)) return event;
    }
  }

  call(type: string, message: object): Promise<Response> {
    const body = { framework_id: { value: this.frameworkId }, type, [type.toLowerCase()]: message };
    return post(this.url, this.credentials, body, { 'mesos-stream-id': this.response.headers.get('mesos-stream-id') ?? '' });
  }

  close(): void {
    this.leaving.abort();
  }
}

const post = (
  url: string,
  credentials: Credentials | undefined,
  body: object,
  headers: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(credentials && { authorization: basicAuthorization(credentials) }), ...headers },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  });

/** Length line, then that many bytes, and nothing between. */
async function* recordsOf(response: Response): AsyncGenerator<Wire, void> {
  let rest = Buffer.alloc(0);
  for await (const part of response.body ?? []) {
    rest = Buffer.concat([rest, part]);
    for (let at = rest.indexOf(10); at >= 0; at = rest.indexOf(10)) {
      const end = at + 1 + Number(rest.subarray(0, at).toString());
      if (rest.length < end) break;
      yield JSON.parse(rest.subarray(at + 1, end).toString());
      rest = rest.subarray(end);
    }
  }
}
