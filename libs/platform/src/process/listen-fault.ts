/** A port could not be had. `runService` adds which setting names it. */
export class ListenFault extends Error {
  override readonly name = 'ListenFault';

  constructor(
    readonly host: string,
    readonly port: number,
    /** `EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`, … */
    readonly code: string,
    cause: unknown,
  ) {
    super(`Cannot listen on ${host}:${port}: ${code}`, { cause });
  }
}
