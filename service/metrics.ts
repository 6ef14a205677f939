/**
 * What is counted, for Prometheus: runs and how they ended, from report to packet, from adoption to notice, requests, what
 * waits, what the doorbell and the leases went through. Numbers and closed words only: no cutover, person or text is ever
 * a label. README.md has them as a table.
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Watch } from './notices/attempt.ts';
import type { RequestSeen } from './requestLog.ts';
import type { RunSeen } from './worker/attend.ts';

const knownMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const seconds = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 300];

export type Metrics = {
  readonly registry: Registry;
  readonly onRun: (seen: RunSeen) => void;
  readonly onLook: (waiting: number) => void;
  readonly onNotice: Watch['onAttempt'];
  readonly onRequest: (seen: RequestSeen) => void;
  /** Asked whenever figures are: whether rings get through. */
  readonly watchDoorbell: (isUp: () => Promise<boolean>) => void;
  readonly onTrouble: (kind: 'elsewhere' | 'fenced' | 'store' | 'other') => void;
};

function noticeFigures(registers: Registry[]): Metrics['onNotice'] {
  const attempts = new Counter({
    name: 'interlock_notice_attempts_total',
    help: 'Attempts to tell somebody, by channel and by what came of them.',
    labelNames: ['channel', 'outcome'] as const,
    registers,
  });
  const toNotice = new Histogram({
    name: 'interlock_adoption_to_notice_seconds',
    help: 'From the adoption that queued a notice until it was sent, by channel.',
    labelNames: ['channel'] as const,
    buckets: seconds,
    registers,
  });
  return ({ channel, outcome, sinceQueuedMs }) => {
    attempts.inc({ channel, outcome });
    const isSent = outcome === 'sent' || outcome === 'found';
    if (isSent) toNotice.observe({ channel }, sinceQueuedMs / 1_000);
  };
}

function requestFigures(registers: Registry[]): Metrics['onRequest'] {
  const requests = new Histogram({
    name: 'interlock_http_request_duration_seconds',
    help: 'How long answers took, by method, route pattern and status.',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.005, 0.025, 0.05, 0.25, 1, 5],
    registers,
  });
  return ({ method, route, status, ms }) => {
    const known = knownMethods.includes(method) ? method : 'other';
    requests.observe({ method: known, route, status: String(status) }, ms / 1_000);
  };
}

function doorbellFigure(registers: Registry[]): Metrics['watchDoorbell'] {
  return (isUp) => {
    new Gauge({
      name: 'interlock_doorbell_up',
      help: '1 while rings get through; at 0 the sweep alone finds work, and nothing is lost.',
      registers,
      async collect() {
        this.set((await isUp()) ? 1 : 0);
      },
    });
  };
}

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
    onNotice: noticeFigures(registers),
    onRequest: requestFigures(registers),
    watchDoorbell: doorbellFigure(registers),
    onLook: (count) => waiting.set(count),
    onTrouble: (kind) => troubles.inc({ kind }),
  };
}
