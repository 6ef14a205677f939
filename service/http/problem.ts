/**
 * What went wrong, as a problem detail (RFC 9457): a closed code for programs, what is wrong, what to do, and the
 * fields it is about. It never repeats a credential and never shows the inside of a failure of our own.
 */
import type { Rejection } from '../../ledger/commands.ts';
import { VersionMoved } from '../../ledger/store.ts';
import { StoreTrouble } from '../../ledger/trouble.ts';
import { cleanedBy } from '../logger.ts';
import { Busy } from '../questions.ts';
import { rejectionWords } from '../words/codes.ts';
import { rejectionAnswers } from './rejections.ts';

/** One field that is wrong: a JSON pointer into the body, or the name of a header, a query or a part of the path. */
export type Field = { readonly field: string; readonly message: string; readonly fix: string };

export type ProblemDetails = {
  readonly status: number;
  /** A closed word for programs. */
  readonly code: string;
  readonly title?: string;
  /** What is wrong. */
  readonly detail: string;
  /** What to do about it. */
  readonly fix: string;
  readonly errors?: readonly Field[];
  /** Further members, such as a link to what differs. */
  readonly more?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Thrown anywhere under a route; the app answers with it. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly details: ProblemDetails;
  constructor(details: ProblemDetails) {
    super(`${details.code}: ${details.detail}`);
    this.details = details;
  }
}

const titles: Readonly<Record<number, string>> = {
  400: 'Not understood',
  401: 'Not logged in',
  403: 'Refused',
  404: 'Not found',
  405: 'Not done this way',
  409: 'Refused as things stand',
  412: 'Not what you saw',
  413: 'Too large',
  415: 'Not JSON',
  421: 'Not this address',
  422: 'Has problems',
  428: 'Say what you saw',
  429: 'Too many',
  500: 'Interlock failed',
  502: 'The login provider is away',
  503: 'Not now',
};

/** As many wrong fields as are listed: a body can be wrong in more places than anybody reads. `detail` counts all. */
const mostErrors = 100;

/** What a caller sent is named in problems, and never anything that should not have been sent. */
const cleaned = cleanedBy([]);

/** The problem as a response that nobody may keep. */
export function problemResponse(details: ProblemDetails): Response {
  const { status, code, title, detail, fix, errors = [], more = {}, headers = {} } = details;
  const body = {
    type: `urn:interlock:problem:${code}`,
    title: title ?? titles[status] ?? 'Refused',
    status,
    code,
    detail,
    fix,
    errors: errors.slice(0, mostErrors),
    ...more,
  };
  return new Response(cleaned(JSON.stringify(body)), {
    status,
    headers: {
      ...headers,
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  });
}

/** What the ledger says, with every broken rule. */
export function problemOfRejection(
  { code, detail, violations }: Rejection,
  more: Readonly<Record<string, unknown>> = {},
): Problem {
  const { status, fix, field } = rejectionAnswers[code];
  return new Problem({
    status,
    code,
    title: rejectionWords[code],
    detail,
    fix,
    errors: field === undefined ? [] : [{ field, message: detail, fix }],
    more: { violations, ...more },
  });
}

/** Seconds after which it is worth trying again. */
const retryAfter = '1';
const busyRetryAfter = '5';

/** The ledger cannot be reached, or could not take it. Nothing is acknowledged. */
export function problemOfTrouble({ code, outcome }: StoreTrouble): ProblemDetails {
  const written =
    outcome === 'unknown' ? 'whether it was written is not known' : 'nothing was written';
  return {
    status: 503,
    code: `ledger_${code}`,
    detail: `the ledger could not do it (${code}): ${written}`,
    fix: 'send the same request again, with the same Idempotency-Key',
    headers: { 'retry-after': retryAfter },
  };
}

/** Other writers were first, again and again. */
const overtaken: ProblemDetails = {
  status: 503,
  code: 'ledger_moved',
  detail: 'others wrote to this cutover again and again meanwhile: nothing was written',
  fix: 'send the same request again, with the same Idempotency-Key',
  headers: { 'retry-after': retryAfter },
};

/** More is asked than can be thought about. */
const problemOfBusy = ({ message }: Busy): ProblemDetails => ({
  status: 503,
  code: 'busy',
  detail: `this cannot be answered now: ${message}`,
  fix: `ask again after ${busyRetryAfter} seconds`,
  headers: { 'retry-after': busyRetryAfter },
});

/** Any error as a problem. What is not foreseen is told as our own failure, without its words. */
export function problemOf(error: unknown): ProblemDetails {
  if (error instanceof Problem) return error.details;
  if (error instanceof StoreTrouble) return problemOfTrouble(error);
  if (error instanceof Busy) return problemOfBusy(error);
  if (error instanceof VersionMoved) return overtaken;
  return {
    status: 500,
    code: 'interlock_failed',
    detail: 'this should not have happened; it is in the log of the service',
    fix: 'send the same request again, with the same Idempotency-Key; tell an operator if it stays',
  };
}
