/**
 * Traces through the OpenTelemetry SDK: off, and not even loaded, unless OTEL_EXPORTER_OTLP_ENDPOINT names a collector.
 * Spans carry ids, outcomes and times; no text of a report, no address, no prompt.
 */
import { SpanStatusCode, trace } from '@opentelemetry/api';
import type { Id } from '../ledger/vocabulary.ts';

export type Tracing = {
  readonly traced: <T>(cutoverId: Id, work: () => Promise<T>) => Promise<T>;
  /** Sends what is left. Never throws. */
  readonly close: () => Promise<void>;
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
    instrumentations: [],
  });
  sdk.start();
  return () => sdk.shutdown().catch(() => undefined);
}

/** Tracing of one process; `service` is its name at the collector. */
export async function openTracing(endpoint: string | null, service: string): Promise<Tracing> {
  const close = endpoint === null ? async () => undefined : await startSdk(endpoint, service);
  const tracer = trace.getTracer('interlock');
  return {
    traced: (cutoverId, work) =>
      tracer.startActiveSpan('run', { attributes: { 'cutover.id': cutoverId } }, async (span) => {
        try {
          return await work();
        } catch (error) {
          const name = error instanceof Error ? error.name : 'unknown';
          span.setStatus({ code: SpanStatusCode.ERROR, message: name });
          throw error;
        } finally {
          span.end();
        }
      }),
    close,
  };
}
