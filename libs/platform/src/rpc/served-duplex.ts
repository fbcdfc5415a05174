import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { Codec } from '@holdfast/contracts';
import type { Result } from '@holdfast/core/base';
import type { Logger } from '../process';
import { guarded } from './handler-failure';
import type { ServedCall } from './served-call';
import { ServedStream } from './served-stream';
import type { DuplexStream } from './streams';

/** The server's end of a duplex stream. */
export class ServedDuplex<In, Out> extends ServedStream<Out> implements DuplexStream<In, Out> {
  constructor(
    private readonly duplex: ServerDuplexStream<Result<In>, Buffer>,
    codec: Codec<Out>,
    info: ServedCall,
    private readonly path: string,
    private readonly log: Logger,
  ) {
    super(duplex, codec, info);
  }

  onMessage(call: (message: In) => unknown): void {
    this.duplex.on('data', (decoded: Result<In>) => {
      // What arrives after the stream was refused is not looked at.
      if (this.closed) return;
      if (decoded.ok) guarded(this, this.path, this.log, () => call(decoded.value));
      else this.refuse(decoded.refusal);
    });
  }

  onEnd(call: () => void): void {
    this.duplex.on('end', () => guarded(this, this.path, this.log, call));
  }
}
