const SIGNALS_FROM = 128;

/** The status that wait(2) has for an exit status as a shell has it: what FAILURE says (wire document 6.2). */
export const waitStatus = (exitStatus: number): number => (exitStatus > SIGNALS_FROM ? exitStatus - SIGNALS_FROM : exitStatus << 8);
