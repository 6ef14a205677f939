/**
 * What is counted, for Prometheus: runs and how they ended, from report to packet, what waits, what the doorbell and the
 * leases went through. Numbers and closed words only: no cutover, person or text is ever a label.
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { RunSeen } from './worker/attend.ts';

const seconds = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 300];

export type Metrics = {
  readonly registry: Registry;
  readonly onRun: (seen: RunSeen) => void;
  readonly onLook: (waiting: number) => void;
  readonly onTrouble: (kind: 'elsewhere' | 'fenced' | 'store' | 'other') => void;
};

/** A registry of its own, with the figures of this process. */
export function openMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const runs = new Counter({
    name: 'interlock_runs_total',
    help: 'Runs that ended, by outcome.',
    labelNames: ['outcome'] as const,
    registers,
  });
  const runSeconds = new Histogram({
    name: 'interlock_run_seconds',
    help: 'How long a run took.',
    buckets: seconds,
    registers,
  });
  const toPacket = new Histogram({
    name: 'interlock_report_to_packet_seconds',
    help: 'From the oldest report not yet looked at to the packet that waits for a person.',
    buckets: seconds,
    registers,
  });
  const waiting = new Gauge({
    name: 'interlock_cutovers_waiting',
    help: 'Cutovers that the last sweep found with work.',
    registers,
  });
  const troubles = new Counter({
    name: 'interlock_work_troubles_total',
    help: 'Attempts to work that ended without a result, by kind; each is tried again.',
    labelNames: ['kind'] as const,
    registers,
  });
  return {
    registry,
    onRun: ({ outcome, ms, reportToPacketMs }) => {
      runs.inc({ outcome });
      runSeconds.observe(ms / 1_000);
      if (reportToPacketMs !== null) toPacket.observe(reportToPacketMs / 1_000);
    },
    onLook: (count) => waiting.set(count),
    onTrouble: (kind) => troubles.inc({ kind }),
  };
}
