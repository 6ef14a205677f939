/**
 * Traces through the OpenTelemetry SDK: off, and not even loaded, unless OTEL_EXPORTER_OTLP_ENDPOINT names a collector.
 * One trace goes from a report to the packet that answers it and on to everyone who is told of it, through every process
 * on the way: its ids follow from the ids of the report and the packet, so that nothing has to be carried from one
 * process to the other. Spans carry ids, versions and closed
 * words; no text of a report, no address, no prompt, no error's words.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  type Attributes,
  context,
  type Link,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanStatusCode,
  trace,
  TraceFlags,
} from '@opentelemetry/api';
import type { LedgerEvent } from '../ledger/events.ts';
import type { Store, Transaction } from '../ledger/store.ts';
import type { Id } from '../ledger/vocabulary.ts';
import type { Watch } from './notices/attempt.ts';

/** A run, and the reports that it looks at, the oldest first. */
export type Traced = { readonly cutoverId: Id; readonly reports: readonly Id[] };

export type Tracing = {
  readonly traced: <T>(run: Traced, work: () => Promise<T>) => Promise<T>;
  /** An attempt to tell somebody, under the packet that it tells of. */
  readonly notice: Watch['traced'];
  /** The same store, whose commits are spans. */
  readonly store: (store: Store) => Store;
  /** Sends what is left. Never throws. */
  readonly close: () => Promise<void>;
};

/** As many reports as one run's span names. */
const mostLinks = 32;
const tracer = trace.getTracer('interlock');

const hexOf = (id: Id): string =>
  createHash('sha256').update(`interlock/trace/${id}`).digest('hex');
const spanIdOf = (id: Id): string => hexOf(id).slice(32, 48);

/** Where the span of a report is, known to everyone who knows its id. */
const spanOfReport = (reportId: Id): SpanContext => ({
  traceId: hexOf(reportId).slice(0, 32),
  spanId: spanIdOf(reportId),
  traceFlags: TraceFlags.SAMPLED,
  isRemote: true,
});

/** The ids of spans: at random, but for one that is settled just before its span begins. */
const ids = {
  settled: null as Partial<SpanContext> | null,
  generateTraceId: (): string => ids.settled?.traceId ?? randomBytes(16).toString('hex'),
  generateSpanId: (): string => ids.settled?.spanId ?? randomBytes(8).toString('hex'),
};

async function startSdk(endpoint: string, service: string): Promise<() => Promise<void>> {
  const [{ NodeSDK }, { OTLPTraceExporter }] = await Promise.all([
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/exporter-trace-otlp-http'),
  ]);
  const url = `${endpoint.replace(/\/$/, '')}/v1/traces`;
  const sdk = new NodeSDK({
    serviceName: service,
    traceExporter: new OTLPTraceExporter({ url }),
    idGenerator: ids,
    autoDetectResources: false,
    instrumentations: [],
  });
  sdk.start();
  return () => sdk.shutdown().catch(() => undefined);
}

async function ending<T>(span: Span, work: () => Promise<T>): Promise<T> {
  try {
    return await context.with(trace.setSpan(context.active(), span), work);
  } catch (error) {
    const message = error instanceof Error ? error.name : 'unknown';
    span.setStatus({ code: SpanStatusCode.ERROR, message });
    throw error;
  } finally {
    span.end();
  }
}

/** A run belongs to the trace of the oldest report that it looks at, and names the others. */
function traced<T>({ cutoverId, reports }: Traced, work: () => Promise<T>): Promise<T> {
  const [oldest, ...others] = reports.map(spanOfReport);
  const parent = oldest === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, oldest);
  const attributes = { 'cutover.id': cutoverId, 'run.reports': reports.length };
  const links = others.slice(0, mostLinks).map((one): Link => ({ context: one }));
  return ending(tracer.startSpan('run', { attributes, links }, parent), work);
}

/** An attempt belongs under the packet, in the trace of the report that the packet answers; without one, to a trace of its own. */
const noticeSpan: Tracing['notice'] = async ({ answers, ...seen }, work) => {
  // A trace is worth less than the notice: one that cannot be joined is begun anew.
  const reportId = await answers().catch(() => null);
  const packet =
    reportId === null ? null : { ...spanOfReport(reportId), spanId: spanIdOf(seen.packetId) };
  const parent = packet === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, packet);
  const attributes = {
    'cutover.id': seen.cutoverId,
    'packet.version': seen.version,
    'notice.id': seen.noticeId,
    'notice.channel': seen.channel,
    'notice.attempt': seen.attempt,
  };
  const span = tracer.startSpan('notice', { attributes }, parent);
  return ending(span, () => work(({ outcome }) => span.setAttribute('notice.outcome', outcome)));
};

/** What a commit wrote, in closed words. A packet is named by the version that people say. */
function wordsOf(events: readonly LedgerEvent[]): Attributes {
  const [first] = events;
  const packet = events.find(({ body }) => body.type === 'PacketPrepared')?.body;
  return {
    'cutover.id': first?.cutoverId ?? '',
    'ledger.version': events.at(-1)?.version ?? 0,
    'ledger.events': events.map(({ body }) => body.type),
    ...(packet?.type === 'PacketPrepared' ? { 'packet.version': packet.packet.version } : {}),
  };
}

/** The span of one commit. That of a report begins its trace and is where every process looks for it. */
function told(events: readonly LedgerEvent[], startTime: number): void {
  const [first] = events;
  if (first === undefined) return;
  const { body } = first;
  const options = { startTime, attributes: wordsOf(events) };
  // A claim is told of by the span of its attempt, which begins once it is granted.
  if (body.type === 'NoticeAttempted') return;
  if (body.type !== 'ReportReceived') {
    const packet = events.find((event) => event.body.type === 'PacketPrepared')?.body;
    if (packet?.type === 'PacketPrepared')
      ids.settled = { spanId: spanIdOf(packet.packet.packetId) };
    tracer.startSpan(`commit ${body.type}`, options).end();
    ids.settled = null;
    return;
  }
  ids.settled = spanOfReport(body.report.reportId);
  const attributes = { ...options.attributes, 'report.id': body.report.reportId };
  tracer.startSpan('report', { ...options, attributes, root: true }).end();
  ids.settled = null;
}

function tracedStore(store: Store): Store {
  const transact: Store['transact'] = async (cutoverId, work) => {
    const startedAt = Date.now();
    const appended: LedgerEvent[] = [];
    const done = await store.transact(cutoverId, (transaction) => {
      // A transaction may be tried again: only its last try counts.
      appended.length = 0;
      const append: Transaction['append'] = async (id, version, events) => {
        await transaction.append(id, version, events);
        appended.push(...events);
      };
      return work({ ...transaction, append });
    });
    told(appended, startedAt);
    return done;
  };
  return { ...store, transact };
}

/** Tracing of one process; `service` is its name at the collector. */
export async function openTracing(endpoint: string | null, service: string): Promise<Tracing> {
  if (endpoint === null) {
    return {
      traced: (_run, work) => work(),
      notice: (_seen, work) => work(() => undefined),
      store: (store) => store,
      close: async () => undefined,
    };
  }
  return {
    traced,
    notice: noticeSpan,
    store: tracedStore,
    close: await startSdk(endpoint, service),
  };
}
