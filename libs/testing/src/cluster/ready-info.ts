import { z } from 'zod';

const doors = z.object({ grpc: z.string(), http: z.url() });

/** The ready file, as architecture section 4 promises it. */
const READY_INFO = z.object({
  master: doors,
  allocator: doors,
  volumeRegistry: doors,
  agents: z.array(z.object({ id: z.string().min(1), http: z.url(), workDir: z.string() })),
  redis: z.string().startsWith('redis'),
  workDir: z.string(),
  pids: z.object({
    master: z.int().positive(),
    allocator: z.int().positive(),
    volumeRegistry: z.int().positive(),
    redis: z.int().positive().optional(),
    agents: z.array(z.int().positive()),
  }),
});

export type ReadyInfo = z.infer<typeof READY_INFO>;

/** Throws what does not agree with the promise. */
export const parseReadyInfo = (text: string): ReadyInfo => READY_INFO.parse(JSON.parse(text));
