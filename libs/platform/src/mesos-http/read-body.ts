import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { ok, refused, type Result } from '@holdfast/core/base';
import type { Answer } from './answer';

export interface BodyLimits {
  /** Of one body, as it came and as it is after decompression. */
  readonly maxBodyBytes: number;
  /** Of all bodies that are still arriving, the first SMALL_BODY_BYTES of each not counted. */
  readonly maxArrivingBytes: number;
  /** The setting behind `maxBodyBytes`, for whom it refuses. */
  readonly setting: string;
}

/** Calls of this size are taken however many large ones are under way: slow posters cost nobody else an answer. */
export const SMALL_BODY_BYTES = 64 * 1024;

const inflate = promisify(gunzip);

/** Reads bodies into memory, of which all together get no more than their share. */
export class BodyReader {
  #arrivingBytes = 0;

  constructor(private readonly limits: BodyLimits) {}

  /** The body without its gzip; refuses with 413, 400 (not gzip, cut off) or 503 (too much is arriving at once). */
  async read(request: IncomingMessage): Promise<Result<Buffer, Answer>> {
    if (request.destroyed) return refused(CUT_OFF);
    if (Number(request.headers['content-length'] ?? 0) > this.limits.maxBodyBytes) return refused(this.#tooLarge());
    const raw = await this.#collect(request);
    const encoding = request.headers['content-encoding'] ?? '';
    return raw.ok && /gzip/i.test(encoding) ? this.#decompress(raw.value) : raw;
  }

  /** Copies into one buffer that doubles: the chunks of a body may be single bytes, each of which would keep an object alive. */
  #collect(request: IncomingMessage): Promise<Result<Buffer, Answer>> {
    let buffer = Buffer.allocUnsafe(4096);
    let length = 0;
    let counted = 0;
    return new Promise((resolve) => {
      const settle = (result: Result<Buffer, Answer>) => {
        request.off('data', onData).off('end', onEnd).off('close', onCutOff);
        this.#arrivingBytes -= counted;
        counted = 0;
        resolve(result);
      };
      const onData = (chunk: Buffer) => {
        if (length + chunk.length > this.limits.maxBodyBytes) return settle(refused(this.#tooLarge()));
        if (length + chunk.length > buffer.length) {
          const larger = Buffer.allocUnsafe(Math.max(2 * buffer.length, length + chunk.length));
          buffer.copy(larger, 0, 0, length);
          buffer = larger;
        }
        chunk.copy(buffer, length);
        length += chunk.length;
        const share = Math.max(0, length - SMALL_BODY_BYTES);
        this.#arrivingBytes += share - counted;
        counted = share;
        if (this.#arrivingBytes > this.limits.maxArrivingBytes) settle(refused(TOO_BUSY));
      };
      const onEnd = () => settle(ok(buffer.subarray(0, length)));
      const onCutOff = () => settle(refused(CUT_OFF));
      request.on('data', onData).on('end', onEnd).on('close', onCutOff);
    });
  }

  async #decompress(raw: Buffer): Promise<Result<Buffer, Answer>> {
    try {
      return ok(await inflate(raw, { maxOutputLength: this.limits.maxBodyBytes }));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return refused(this.#tooLarge());
      return refused({ status: 400, text: 'The body is not gzip, as Content-Encoding says, or it is not whole.' });
    }
  }

  #tooLarge(): Answer {
    const { maxBodyBytes, setting } = this.limits;
    return {
      status: 413,
      text: `The body has more than ${maxBodyBytes} bytes. Send several calls, or have the operator of this server raise ${setting}.`,
    };
  }
}

const CUT_OFF: Answer = { status: 400, text: 'The body ended before it was whole.' };
const TOO_BUSY: Answer = {
  status: 503,
  text: 'Too many large calls are arriving at once. Send this one again soon.',
  headers: { 'Retry-After': '1' },
};
