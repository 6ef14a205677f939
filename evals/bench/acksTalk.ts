/**
 * Who talks to a server while its acknowledgements are measured: sources that report, people who ask what reports about a
 * large plan would do, and somebody who takes every connection and never says a word. It measures nothing itself.
 */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Plan } from '../../ledger/plan.ts';
import { minuteMs } from '../../ledger/vocabulary.ts';
import { moved } from '../../tests/support/fleet.ts';
import { opensAt } from './longLedger.ts';

/** The night opens in an hour. */
const shiftMs = Math.ceil(Date.now() / minuteMs) * minuteMs + 60 * minuteMs - opensAt;
export const tonight = (plan: Plan): Plan => Plan.parse(moved(plan, shiftMs));
const instant = (minutes: number): string =>
  new Date(opensAt + shiftMs + minutes * minuteMs).toISOString();

/** One caller may send 400 requests in ten seconds: several sources report in turn. */
export const callers = 12;

export type Proofs = { readonly tokens: readonly string[]; readonly cookies: readonly string[] };

let sent = 0;

const reported = (id: string, step: number, late: number) => ({
  id,
  source: 'board',
  by: 'operator',
  occurred: new Date().toISOString(),
  facts: [{ revised: { checkpoint: `step-${step}`, at: instant((step - 1) * 15 + late) } }],
});

export type Talk = { readonly url: string; readonly proofs: Proofs };

async function post(url: string, headers: Record<string, string>, body: unknown): Promise<number> {
  sent += 1;
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': `bench-${sent}`, ...headers },
    body: JSON.stringify(body),
  });
  await response.arrayBuffer();
  return response.status;
}

/** One report about the first step, so many minutes late; throws unless it is acknowledged. */
export async function report({ url, proofs }: Talk, cutover: string, late: number): Promise<void> {
  const authorization = `Bearer ${proofs.tokens[sent % callers] ?? ''}`;
  const body = reported(`report-${sent}`, 1, late);
  const status = await post(`${url}/cutovers/${cutover}/reports`, { authorization }, body);
  if (status !== 202) throw new Error(`a report was answered with ${status}`);
}

/** Asks one question after another about the large plan until told to stop; answers with how many were answered. */
export function asking({ url, proofs }: Talk) {
  const ending = { asked: false };
  const loop = (async (): Promise<number> => {
    let answered = 0;
    while (!ending.asked) {
      const cookie = proofs.cookies[answered % callers] ?? '';
      const source = { source: 'interlock', by: `owner-${(answered % callers) + 1}` };
      const reports = [{ ...reported(`if-${sent}`, 1, 45 + (answered % 20)), ...source }];
      const headers = { cookie, origin: url, 'sec-fetch-site': 'same-origin' };
      const status = await post(`${url}/cutovers/large/what-if`, headers, { reports });
      if (status !== 200) throw new Error(`a what-if was answered with ${status}`);
      answered += 1;
    }
    return answered;
  })();
  loop.catch(() => undefined);
  return async (): Promise<number> => {
    ending.asked = true;
    return loop;
  };
}

/** Reports about the large plan every three seconds, each of which makes a run, until told to stop. */
export function working(talk: Talk) {
  const ending = new AbortController();
  const loop = (async (): Promise<number> => {
    let runs = 0;
    while (!ending.signal.aborted) {
      runs += 1;
      await report(talk, 'large', 45 + (runs % 20));
      await pause(3_000, undefined, { signal: ending.signal }).catch(() => undefined);
    }
    return runs;
  })();
  loop.catch(() => undefined);
  return async (): Promise<number> => {
    ending.abort();
    return loop;
  };
}

/** Takes every connection and never says a word. */
export async function silence() {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const close = (): void => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { port, close };
}
