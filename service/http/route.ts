/**
 * A route as it is declared: its place, its policy, what it takes and what it answers, and what it does. The app puts
 * the guard before `handle`, so that no route can forget it; the description is made from the same schemas.
 */
import type { RouteConfig } from '@hono/zod-openapi';
import { z } from 'zod';
import type { CutoverState } from '../../ledger/cutover.ts';
import type { Actor } from '../../ledger/events.ts';
import type { Id } from '../../ledger/vocabulary.ts';
import type { Caller } from '../identity/caller.ts';
import { checked, type Source } from './body.ts';
import { type Answers, answersOf, headersOf, type Needs } from './describe.ts';
import type { ApiContext } from './deps.ts';
import type { Kind } from './limits.ts';
import type { Policy } from './policy.ts';
import type { Write } from './requestKeys.ts';

/** A cutover that the caller is concerned with, and the caller as its ledger would keep them. */
export type Place = {
  readonly cutoverId: Id;
  readonly state: CutoverState;
  readonly actor: Actor;
};

/** A request that has passed the guard. */
export type Passed = {
  readonly context: ApiContext;
  readonly caller: Caller;
  /** Null where the path names no cutover. */
  readonly place: Place | null;
  /** The key under which a write is known; empty where none is needed. */
  readonly key: string;
  /** Counts what a request asks for beyond itself; throws a 429 when that is more than the caller may. */
  readonly countMore: (howMany: number) => Promise<void>;
};

export type Asked<B, Q> = Omit<Passed, 'place'> & {
  readonly body: () => B;
  readonly query: () => Q;
  /** The cutover that the path names. */
  readonly place: () => Place;
  /** A part of the path. */
  readonly part: (name: string) => string;
  /** The one way in which a route that writes does so. */
  readonly write: Write;
};

type Shape<B, Q> = Needs & {
  readonly method: 'get' | 'post';
  /** As OpenAPI writes it: `/cutovers/{cutover}/status`. */
  readonly path: string;
  readonly policy: Policy;
  readonly tag: 'Cutovers' | 'Reports' | 'Views' | 'Decisions' | 'Exports' | 'Service';
  /** What programs call it that are made from the description. */
  readonly name: string;
  /** One sentence. */
  readonly about: string;
  readonly more?: string;
  readonly body?: z.ZodType<B>;
  readonly query?: z.ZodObject & z.ZodType<Q>;
  readonly answers: Answers;
  /** The key of the body that a file sent as application/yaml is put under. */
  readonly file?: string;
  /** Counted as heavy besides. */
  readonly heavy?: true;
  readonly handle: (asked: Asked<B, Q>) => Promise<Response>;
  /** What is done with each answer, one that was kept under its key included. */
  readonly finish?: Finish;
};

type Finish = (passed: Passed, response: Response) => Promise<Response>;

export type Declared = {
  readonly method: 'get' | 'post';
  readonly path: string;
  readonly policy: Policy;
  readonly kinds: readonly Kind[];
  readonly file?: string | undefined;
  /** Whether an Idempotency-Key is asked for. */
  readonly writes: boolean;
  /** What it answers, by status; a test holds each answer against it. */
  readonly answers: Answers;
  readonly config: RouteConfig;
  /** Checks the JSON that came; what it answers with does the work. */
  readonly take: (passed: Passed, body: unknown) => (write: Write | null) => Promise<Response>;
  readonly finish: Finish;
};

const partsOf = (path: string): string[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');

/** What a route takes, checked; asking for what it does not take is our own mistake. */
function taken<T>(schema: z.ZodType<T> | undefined, what: Source, path: string): () => T {
  const found = schema === undefined ? null : { value: checked(schema, what) };
  return () => {
    if (found === null) throw new Error(`${path} takes no ${what.of}`);
    return found.value;
  };
}

/** What the query says; what is said twice is no text, and refused as such. */
const queryOf = (context: ApiContext): unknown =>
  Object.fromEntries(
    Object.entries(context.req.queries()).map(([name, said]) => [
      name,
      said.length === 1 ? said[0] : said,
    ]),
  );

const nothingAsked = z.strictObject({});

function asked<B, Q>(
  shape: Shape<B, Q>,
  passed: Passed,
  body: unknown,
): Omit<Asked<B, Q>, 'write'> {
  const { context, place } = passed;
  const query = { of: 'query', value: queryOf(context) } as const;
  // What is misspelt would be answered as if it had not been asked.
  if (shape.query === undefined) checked(nothingAsked, query);
  return {
    ...passed,
    body: taken(shape.body, { of: 'body', value: body }, shape.path),
    query: taken(shape.query, query, shape.path),
    place: () => {
      if (place === null) throw new Error(`${shape.path} names no cutover`);
      return place;
    },
    part: (name) => context.req.param(name) ?? '',
  };
}

const writesNothing = (path: string) => (): never => {
  throw new Error(`${path} is not declared to write`);
};

/** Declares a route. */
export function route<B = never, Q = never>(shape: Shape<B, Q>): Declared {
  const { method, path, policy, tag, name, about, more, body, query, heavy } = shape;
  const writes = shape.writes === true;
  return {
    method,
    path,
    policy,
    kinds: heavy === true ? ['calls', 'heavy'] : ['calls'],
    writes,
    file: shape.file,
    answers: shape.answers,
    config: {
      method,
      path,
      tags: [tag],
      operationId: name,
      summary: about,
      ...(more === undefined ? {} : { description: more }),
      security: policy.who === 'anyone' ? [] : securityFor(policy),
      request: {
        ...headersOf(shape, partsOf(path)),
        ...(query === undefined ? {} : { query }),
        ...(body === undefined
          ? {}
          : { body: { required: true, content: contentOf(body, shape.file) } }),
      },
      responses: answersOf(shape.answers, { ...shape, writes, takes: body !== undefined }),
    },
    take: (passed, sent) => {
      const request = asked(shape, passed, sent);
      return (write) => shape.handle({ ...request, write: write ?? writesNothing(shape.path) });
    },
    finish: shape.finish ?? (async (_passed, response) => response),
  };
}

const contentOf = (schema: z.ZodType, file: string | undefined) => ({
  'application/json': { schema },
  ...(file === undefined ? {} : { 'application/yaml': { schema: { type: 'string' } as const } }),
});

const securityFor = ({ who }: Policy): { [name: string]: string[] }[] =>
  who === 'people' || who === 'deciders' ? [{ session: [] }] : [{ session: [] }, { token: [] }];
