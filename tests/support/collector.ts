/**
 * A collector of traces on loopback: takes OTLP as JSON over HTTP, and keeps every span and the bytes it came in.
 */
import { createServer } from 'node:http';
import { z } from 'zod';

const Value = z.looseObject({
  stringValue: z.string().optional(),
  intValue: z.union([z.string(), z.number()]).optional(),
  boolValue: z.boolean().optional(),
  arrayValue: z.object({ values: z.array(z.looseObject({ stringValue: z.string() })) }).optional(),
});
const Attribute = z.object({ key: z.string(), value: Value });
const Span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  attributes: z.array(Attribute).default([]),
  links: z.array(z.object({ traceId: z.string(), spanId: z.string() })).default([]),
  status: z.object({ code: z.int().optional(), message: z.string().optional() }),
});
const Export = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(Attribute) }),
      scopeSpans: z.array(z.object({ spans: z.array(Span) })),
    }),
  ),
});

/** A span with the process it came from and its attributes as words. */
export type Collected = Omit<z.infer<typeof Span>, 'attributes'> & {
  readonly service: string;
  readonly words: Readonly<Record<string, string>>;
};

export type Collector = {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string;
  readonly spans: readonly Collected[];
  /** Everything that came, as it came. */
  readonly bytes: () => string;
  close(): Promise<void>;
};

type Told = z.infer<typeof Attribute>;

const wordOf = ({ stringValue, intValue, boolValue, arrayValue }: Told['value']): string =>
  stringValue ??
  arrayValue?.values.map((item) => item.stringValue).join(' ') ??
  String(intValue ?? boolValue ?? '');
const wordsOf = (told: readonly Told[]): Record<string, string> =>
  Object.fromEntries(told.map(({ key, value }) => [key, wordOf(value)]));

/** Starts it on a free port. */
export async function startCollector(): Promise<Collector> {
  const spans: Collected[] = [];
  let bytes = '';
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (part: string) => (text += part));
    request.on('end', () => {
      bytes += `${request.url} ${JSON.stringify(request.headers)} ${text}\n`;
      for (const { resource, scopeSpans } of Export.parse(JSON.parse(text)).resourceSpans) {
        const service = wordsOf(resource.attributes)['service.name'] ?? '';
        for (const { attributes, ...span } of scopeSpans.flatMap((scope) => scope.spans)) {
          spans.push({ ...span, service, words: wordsOf(attributes) });
        }
      }
      response.setHeader('content-type', 'application/json');
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    spans,
    bytes: () => bytes,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
