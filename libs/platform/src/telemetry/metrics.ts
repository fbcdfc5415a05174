import type { Counter, Histogram, MetricOptions, ObservableCallback, ObservableGauge } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';

/** The exporter collects; `serveHttp` answers for it at /metrics, so its own server stays off. */
const collector = new PrometheusExporter({ preventServerStart: true });
const meter = new MeterProvider({ readers: [collector] }).getMeter('holdfast');
/** Without the target_info and scope lines: every series here is ours, and the scrape names the instance. */
const serializer = new PrometheusSerializer(undefined, false, undefined, true, true);

/** Something that only grows. `name` as in `holdfast_offers_total`; attributes become labels, so keep their values few. */
export const counter = (name: string, help: string): Counter => meter.createCounter(name, { description: help });

/** A distribution, e.g. `holdfast_cycle_duration_ms`; `boundaries` are the upper ends of its buckets. */
export function histogram(name: string, help: string, boundaries?: readonly number[]): Histogram {
  const options: MetricOptions = { description: help };
  return meter.createHistogram(name, boundaries ? { ...options, advice: { explicitBucketBoundaries: [...boundaries] } } : options);
}

/** A level, asked for when somebody looks: `observe` calls `result.observe(value, labels)`. */
export function observableGauge(name: string, help: string, observe?: ObservableCallback): ObservableGauge {
  const gauge = meter.createObservableGauge(name, { description: help });
  if (observe) gauge.addCallback(observe);
  return gauge;
}

/** Everything measured, in Prometheus' text format; what could not be read is missing from it, and told. */
export async function collectMetrics(): Promise<{ readonly text: string; readonly errors: readonly unknown[] }> {
  const { resourceMetrics, errors } = await collector.collect();
  return { text: serializer.serialize(resourceMetrics), errors };
}
