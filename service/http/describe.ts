/**
 * What the description of a route says beyond its own schemas: the parts of its path, the headers it needs, and the
 * problems it can answer with.
 */
import { z } from '@hono/zod-openapi';
import { Id } from '../../ledger/vocabulary.ts';

/** What a route needs besides its body. */
export type Needs = {
  /** It changes something: an Idempotency-Key is needed. */
  readonly writes?: true;
  /** It decides: If-Match with the hash of the packet is needed. */
  readonly decides?: true;
  /** It streams: Last-Event-ID is understood. */
  readonly streams?: true;
  /** It can wait for what follows: Prefer is understood. */
  readonly waits?: true;
};

const partWords: Readonly<Record<string, string>> = {
  cutover: 'The id of the cutover.',
  packet:
    'A packet: `current`, `pending`, a version, a check code, an id, or a hash or its first digits, 12 at least.',
  other: 'Another packet, named in the same ways.',
  person: 'The id of a person of the plan.',
  report: 'The id of a report.',
};

const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: 'A closed word for programs.' }),
    detail: z.string().meta({ description: 'What is wrong.' }),
    fix: z.string().meta({ description: 'What to do about it.' }),
    errors: z.array(z.object({ field: z.string(), message: z.string(), fix: z.string() })),
  })
  .loose()
  .openapi('Problem');

/** Parameters in the path and in headers. */
export function headersOf({ writes, decides, streams, waits }: Needs, parts: readonly string[]) {
  const headers = {
    ...(writes === undefined
      ? {}
      : {
          'Idempotency-Key': z.string().min(1).max(200).meta({
            description:
              'Yours, one for each thing you do. The same key with the same body gets the same answer and no second effect.',
          }),
        }),
    ...(decides === undefined
      ? {}
      : {
          'If-Match': z.string().meta({
            description: 'The hash of the packet that you saw, in quotes: its ETag.',
          }),
        }),
    ...(streams === undefined
      ? {}
      : {
          'Last-Event-ID': z.string().optional().meta({ description: 'Continue after this one.' }),
        }),
    ...(waits === undefined
      ? {}
      : {
          Prefer: z.string().optional().meta({
            description:
              '`wait=SECONDS`, at most 20: answer once every fact is accepted or held, or after so long.',
          }),
        }),
  };
  const params = Object.fromEntries(
    parts.map((name) => [
      name,
      (name === 'cutover' || name === 'person' ? Id : z.string()).meta({
        description: partWords[name] ?? '',
      }),
    ]),
  );
  return {
    ...(parts.length === 0 ? {} : { params: z.object(params) }),
    ...(Object.keys(headers).length === 0 ? {} : { headers: z.object(headers) }),
  };
}

const problems: Readonly<Record<number, string>> = {
  400: 'Not understood: a header, the query or the JSON.',
  401: 'Nobody is known to be calling, or the login is too old for this.',
  403: 'Not this caller, or sent by a page of another site.',
  404: 'No such cutover, packet or person.',
  409: 'Refused by the ledger as things stand, or the same key is still being answered.',
  412: 'Another packet than the one you saw: `diff` shows what differs.',
  413: 'Too large.',
  415: 'Not JSON.',
  422: 'The body has problems, or the key was used with another body.',
  428: 'Say with If-Match which packet you saw.',
  429: 'Too many requests: Retry-After says when.',
  503: 'The ledger cannot do it now, and nothing is acknowledged; or too much is asked at once.',
};

type Facets = Omit<Needs, 'writes'> & { readonly writes: boolean; readonly takes: boolean };
/** Answers by status: JSON of a schema, or text of another type. */
export type Answers = Readonly<
  Record<
    number,
    {
      readonly about: string;
      readonly schema?: z.ZodType;
      readonly type?: 'text/csv' | 'text/event-stream' | 'application/x-ndjson';
    }
  >
>;

/** Answers of a route, and the problems that it can end in. */
export function answersOf(answers: Answers, { writes, decides, takes }: Facets) {
  const wrong = [
    400,
    401,
    403,
    404,
    429,
    503,
    ...(writes ? [409, 413, 422] : []),
    ...(takes ? [413, 415, 422] : []),
    ...(decides === true ? [412, 428] : []),
  ];
  const told = Object.entries(answers).map(([status, { about, schema, type }]) => [
    status,
    {
      description: about,
      ...(schema === undefined ? {} : { content: { 'application/json': { schema } } }),
      ...(type === undefined ? {} : { content: { [type]: { schema: z.string() } } }),
    },
  ]);
  const problemsTold = [...new Set(wrong)].map((status) => [
    status,
    {
      description: problems[status] ?? '',
      content: { 'application/problem+json': { schema: problem } },
    },
  ]);
  return Object.fromEntries([...problemsTold, ...told]);
}
