/**
 * Idempotency keys: who sent which key with which request, and what was answered. The same key with the same request gets
 * the same answer, which stands in the commit of what the request led to; a request that led to nothing keeps no key.
 */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../ledger/canonical.ts';
import type { LedgerCommand } from '../../ledger/commands.ts';
import { handleOnce, type LedgerDeps, type Outcome } from '../../ledger/handle.ts';
import type { Answer, RequestKey } from '../../ledger/store.ts';
import type { Id } from '../../ledger/vocabulary.ts';
import { Problem, problemResponse } from './problem.ts';

const keptMs = 7 * 86_400_000;
const forgetEveryMs = 600_000;
const keyForm = /^[\x21-\x7e]{1,200}$/;

/** Headers that belong to an answer. */
const keptHeaders = ['content-type', 'location', 'etag'];

/** The key that a request carries. Throws a problem when it carries none that can be kept. */
export function keyIn(headers: Headers): string {
  const key = headers.get('idempotency-key') ?? '';
  if (keyForm.test(key)) return key;
  const fix =
    'send a header "Idempotency-Key" with 1 to 200 visible characters, new for each thing you do';
  const message = key === '' ? 'is missing' : 'is too long, or holds spaces or signs outside ASCII';
  throw new Problem({
    status: 400,
    code: 'idempotency_key_needed',
    detail: `the Idempotency-Key ${message}`,
    fix,
    errors: [{ field: 'Idempotency-Key', message, fix }],
  });
}

/** What makes two requests the same: method, path, what they say they saw, and the JSON whatever its spelling. */
export const digestOfRequest = ({ method, url, headers }: Request, body: unknown): string =>
  createHash('sha256')
    .update(
      canonicalJson([method, new URL(url).pathname, headers.get('if-match') ?? '', body ?? null]),
    )
    .digest('hex');

/** This key stands for something else already: answered as if it were this, a caller would believe that it was done. */
export const keyReused = (): Problem =>
  new Problem({
    status: 422,
    code: 'idempotency_key_reused',
    detail: 'this Idempotency-Key was used for another request',
    fix: 'use a new key for each thing you do',
    errors: [
      { field: 'Idempotency-Key', message: 'was used for another request', fix: 'use a new key' },
    ],
  });

const responseOf = ({ status, headers, body }: Answer): Response =>
  new Response(body, { status, headers: Object.fromEntries(JSON.parse(headers)) });

async function answerOf(response: Response): Promise<Answer> {
  const headers = keptHeaders.flatMap((name) => {
    const value = response.headers.get(name);
    return value === null ? [] : [[name, value]];
  });
  return {
    status: response.status,
    headers: JSON.stringify(headers),
    body: await response.text(),
  };
}

/** A refusal of the ledger is an answer; trouble of our own is not, and takes back what it was about to answer. */
async function settled(work: () => Response): Promise<Response> {
  try {
    return work();
  } catch (error) {
    if (error instanceof Problem && error.details.status < 500) {
      return problemResponse(error.details);
    }
    throw error;
  }
}

/**
 * Hands commands to the ledger and answers with what `answer` makes of their outcomes, a Problem that it throws included.
 * Both are in one durable commit when this returns.
 */
export type Write = (
  wanted: { readonly cutoverId: Id; readonly commands: readonly LedgerCommand[] },
  answer: (outcomes: readonly Outcome[]) => Response,
) => Promise<Response>;

export type RequestKeys = {
  /** Answers with what was answered before under this key, else with `work`. Throws a 422 when it was another request. */
  readonly once: (
    request: RequestKey,
    work: (write: Write) => Promise<Response>,
  ) => Promise<Response>;
};

type KeyDeps = {
  readonly ledger: LedgerDeps;
  readonly trouble: (error: unknown, where: string) => void;
};

/** The keys in the ledger's own database. */
export function openRequestKeys({ ledger, trouble }: KeyDeps): RequestKeys {
  const { store, now } = ledger;
  let forgotAt = 0;
  const forget = (): void => {
    if (now() - forgotAt < forgetEveryMs) return;
    forgotAt = now();
    void store
      .forgetAnswers(now() - keptMs)
      .catch((error: unknown) => trouble(error, 'forgetting old request keys'));
  };
  const before = async (request: RequestKey): Promise<Response | null> => {
    const known = await store.answered(request);
    if (known === null) return null;
    if (known.digest !== request.digest) throw keyReused();
    const response = responseOf(known);
    response.headers.set('idempotency-replayed', 'true');
    return response;
  };
  const writeFor =
    (request: RequestKey): Write =>
    async (wanted, answer) => {
      const given = await handleOnce(ledger, wanted, {
        request,
        answer: async (outcomes) => answerOf(await settled(() => answer(outcomes))),
      });
      if (given !== null) return responseOf(given);
      const known = await before(request);
      if (known === null) throw new Error('an answer was there and is gone');
      return known;
    };
  return {
    once: async (request, work) => {
      const known = await before(request);
      if (known !== null) return known;
      try {
        return await work(writeFor(request));
      } catch (error) {
        // Another request with this key may have been answered meanwhile, and this one found its effect.
        const since = error instanceof Problem ? await before(request) : null;
        if (since !== null) return since;
        throw error;
      } finally {
        forget();
      }
    },
  };
}
