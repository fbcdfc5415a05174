import { cpus, freemem, loadavg, totalmem } from 'node:os';
import { collectMetrics } from '@holdfast/platform/telemetry';
import type { Resources } from '@holdfast/core/resources';
import { executorsOf, type ShownWork, usedBy } from './executors-of';

export interface MetricSources extends ShownWork {
  readonly startedMs: number;
  readonly nowMs: () => number;
  readonly isRegistered: () => boolean;
  readonly total: () => Resources;
}

/** Name → number, flat: those that dashboards for Mesos read (wire 10.3), and ours under the names that /metrics has, labels and all. */
export async function metricsSnapshot(sources: MetricSources | undefined): Promise<Readonly<Record<string, number>>> {
  const { text } = await collectMetrics();
  return { ...ownMetrics(text), ...systemMetrics(), ...(sources && agentMetrics(sources)) };
}

/** What stands in Prometheus' text. */
function ownMetrics(text: string): Readonly<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const line of text.split('\n')) {
    const [, name, value] = /^([a-zA-Z_][^\s{]*(?:\{.*\})?) ([^\s]+)/.exec(line) ?? [];
    // JSON has no other numbers.
    if (name !== undefined && Number.isFinite(Number(value))) found[name] = Number(value);
  }
  return found;
}

function systemMetrics(): Readonly<Record<string, number>> {
  const [one = 0, five = 0, fifteen = 0] = loadavg();
  return {
    'system/cpus_total': cpus().length,
    'system/load_1min': one,
    'system/load_5min': five,
    'system/load_15min': fifteen,
    'system/mem_free_bytes': freemem(),
    'system/mem_total_bytes': totalmem(),
  };
}

function agentMetrics({ startedMs, nowMs, isRegistered, total, ...work }: MetricSources): Readonly<Record<string, number>> {
  const executors = executorsOf(work);
  const live = executors.filter(({ isGone }) => !isGone);
  const used = usedBy(executors);
  const metrics: Record<string, number> = {
    'slave/registered': Number(isRegistered()),
    'slave/uptime_secs': (nowMs() - startedMs) / 1000,
    'slave/frameworks_active': new Set(live.map(({ frameworkId }) => frameworkId)).size,
    'slave/executors_running': live.length,
  };
  for (const name of ['cpus', 'gpus', 'mem', 'disk']) {
    const [all, some] = [total().scalarMilli(name), used.scalarMilli(name)];
    metrics[`slave/${name}_total`] = all / 1000;
    metrics[`slave/${name}_used`] = some / 1000;
    metrics[`slave/${name}_percent`] = all === 0 ? 0 : some / all;
  }
  for (const state of LIVE_STATES) metrics[`slave/tasks_${state}`] = 0;
  for (const { state } of live.flatMap((executor) => executor.tasks)) {
    const name = `slave/tasks_${state.replace('TASK_', '').toLowerCase()}`;
    if (metrics[name] !== undefined) metrics[name] += 1;
  }
  return metrics;
}

/** Of tasks that are over, the agent does not keep the count. */
const LIVE_STATES = ['staging', 'starting', 'running', 'killing'];
