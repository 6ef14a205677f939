/**
 * The ways in which the test endpoint fails. Some are on the wire, whatever would have been said; some are in what is
 * said. Each is named, so that a test can go through all of them.
 */
import type { ServerResponse } from 'node:http';
import type { Said } from './endpointTalk.ts';

/** A fault of the wire: the connection, the status, the bytes. */
export type WireFault = {
  readonly name: string;
  readonly wire: (response: ServerResponse, body: () => string) => void;
};
/** A fault of content: well-formed HTTP, wrong words. */
export type SaidFault = { readonly name: string; readonly says: (right: Said) => Said };
export type Fault = WireFault | SaidFault;

export const isWire = (fault: Fault): fault is WireFault => 'wire' in fault;

/** Does to the response what the fault says. */
export const fail = (response: ServerResponse, fault: WireFault, body: () => string): void =>
  fault.wire(response, body);

const json = { 'content-type': 'application/json' };
const status = (code: number, text: string) => (response: ServerResponse) => {
  response.writeHead(code, { ...json, 'retry-after': '1' });
  response.end(JSON.stringify({ error: { message: text, type: 'server_error' } }));
};

/** One byte a second, for as long as the client stays. */
function trickle(response: ServerResponse, body: () => string): void {
  response.writeHead(200, json);
  const bytes = Buffer.from(body());
  let sent = 0;
  const timer = setInterval(() => {
    if (sent >= bytes.length) response.end();
    else response.write(bytes.subarray(sent, (sent += 1)));
  }, 1_000);
  response.on('close', () => clearInterval(timer));
}

/** White space without end, as fast as the client reads it: JSON may begin after it, and never does. */
function endless(response: ServerResponse): void {
  response.writeHead(200, json);
  const chunk = ' '.repeat(65_536);
  const more = (): void => {
    if (response.destroyed) return;
    if (response.write(chunk)) setImmediate(more);
    else response.once('drain', more);
  };
  more();
}

const wire = (name: string, act: WireFault['wire']): WireFault => ({ name, wire: act });
const says = (name: string, of: SaidFault['says']): SaidFault => ({ name, says: of });

/** Every fault of the endpoint by name. `refused` cuts the connection before a byte is answered. */
export const faults = {
  refused: wire('refused', (response) => response.destroy()),
  tooMany: wire('429', status(429, 'slow down')),
  broken: wire('500', status(500, 'it broke')),
  hang: wire('hang', () => undefined),
  trickle: wire('one byte a second', trickle),
  cut: wire('cut stream', (response, body) => {
    const text = body();
    response.writeHead(200, { ...json, 'content-length': String(Buffer.byteLength(text)) });
    response.write(text.slice(0, Math.floor(text.length / 2)), () => response.destroy());
  }),
  empty: says('empty', () => ({ text: '' })),
  refusal: says('refusal field', () => ({ refusal: 'I cannot help with that.' })),
  prose: says('prose-wrapped JSON', (right) =>
    'text' in right
      ? { text: `Sure! Here it is:\n\`\`\`json\n${JSON.stringify(right.text)}\n\`\`\`` }
      : right,
  ),
  endless: wire('endless', endless),
  wrongSchema: says('wrong schema', () => ({ text: { verdict: 'go', placements: 'all' } })),
} as const satisfies { readonly [name: string]: Fault };
