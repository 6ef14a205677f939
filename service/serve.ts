/**
 * The serving half: HTTP for people and sources. On a ledger file it works too, so that one process is all there is to
 * run; at scale `interlock work` does that elsewhere.
 */
import { Hono } from 'hono';
import type { Logger } from 'pino';
import { type GraphDeps, resume } from '../graph/run.ts';
import type { Id } from '../ledger/vocabulary.ts';
import { type Config, ConfigError } from './config.ts';
import { askApart } from './askApart.ts';
import type { Hook } from './hooks/settings.ts';
import { crashPoint } from './crashPoint.ts';
import type { OnTrouble } from './doorbell/doorbell.ts';
import { addApi } from './http/app.ts';
import type { IdentityDeps } from './identity/audit.ts';
import type { Door } from './identity/door.ts';
import { embeddedDoor, linkFor, loopback, notForANetwork } from './identity/embeddedDoor.ts';
import type { IdentitySettings } from './identity/settings.ts';
import { type Listening, listen } from './listen.ts';
import { openBeside } from './openBeside.ts';
import { isUrl } from './places.ts';
import { addProbes } from './probes.ts';
import type { Questions } from './questions.ts';
import { openParts, type Parts } from './process.ts';
import { requestLog } from './requestLog.ts';
import { drainMs, goodbyeMs, type Stage, stopInOrder } from './stopping.ts';
import type { Running } from './work.ts';
import { workApart } from './workApart.ts';

/** How long a request waits for another writer of the ledger file before it is told 503. */
const patienceMs = 2_000;

/** Who may come in, and how. */
export type People = {
  readonly identity: IdentitySettings;
  readonly hooks: readonly Hook[];
  /** Embedded mode: for whom a link is printed. */
  readonly as?: string | undefined;
};

const worksToo = ({ ledger, fleet }: Config): boolean =>
  fleet.serveWorks === 'on' || (fleet.serveWorks === 'auto' && !isUrl(ledger));

type Entrance = {
  readonly door: Door;
  /** Told where it listens, once it does; answers with what the terminal should say. */
  readonly opened: (at: Listening) => Promise<readonly string[]>;
};

/** Without a provider anybody on this machine who has the link is let in, so nobody else may reach it. */
function embedded(deps: IdentityDeps, { identity, as }: People): Entrance {
  let port = 0;
  const how = 'A link for somebody: interlock link --as PERSON --url';
  return {
    door: embeddedDoor(deps, { limits: identity.limits, port: () => port }),
    opened: async ({ url }) => {
      port = Number(new URL(url).port);
      if (as === undefined) return [notForANetwork, `${how} ${url}`];
      return [
        notForANetwork,
        `Opens once, within ten minutes, as ${as}:`,
        await linkFor(deps, as, url),
      ];
    },
  };
}

async function entranceFor(people: People, deps: IdentityDeps): Promise<Entrance> {
  const { provider, limits } = people.identity;
  if (provider === null) return embedded(deps, people);
  const { oidcDoor } = await import('./identity/oidcDoor.ts');
  return { door: oidcDoor(deps, { provider, limits }), opened: async () => [] };
}

/** The embedded mode is not for a network: asking for one without a provider stops the start. */
function assertNotExposed({ fleet }: Config, { identity }: People): void {
  if (identity.provider !== null || fleet.host === loopback) return;
  throw new ConfigError(
    `INTERLOCK_HOST is ${fleet.host}, and without INTERLOCK_OIDC_ISSUER anybody with a link acts as anybody: ` +
      `leave it at ${loopback}, or set up logins (service/identity/README.md)`,
  );
}

type Opened = {
  readonly deps: IdentityDeps;
  readonly door: Door;
  readonly hooks: readonly Hook[];
  readonly stopping: AbortSignal;
  readonly questions: Questions;
  readonly decided: (cutoverId: Id, version: number) => void;
};

/** Lets graphs end whose packet was decided, beside the answers to those who decided. */
function resumes(graph: GraphDeps, onTrouble: OnTrouble) {
  const underWay = new Set<Promise<void>>();
  const resumeAt = async (cutoverId: Id, version: number): Promise<void> => {
    try {
      crashPoint('resume.begins');
      await resume(graph, cutoverId, version);
      crashPoint('resume.ended');
    } catch (error) {
      onTrouble(cutoverId, error);
    }
  };
  return {
    begin: (cutoverId: Id, version: number): void => {
      const mine = resumeAt(cutoverId, version).finally(() => underWay.delete(mine));
      underWay.add(mine);
    },
    ended: (): Promise<unknown> => Promise.all(underWay),
  };
}

/** The API on parts that are open. */
function apiOn(
  { config, interlock, doorbell, metrics, log }: Parts,
  { deps, door, hooks, stopping, decided, questions }: Opened,
) {
  const { ledger } = interlock;
  const isUp = (): boolean => !stopping.aborted;
  const trouble = (error: unknown, where: string): void =>
    log.warn({ where, err: error }, 'could not be done');
  const base = addProbes(new Hono(), { store: ledger.store, metrics, doorbell, isUp });
  return addApi(base, {
    ledger,
    beside: deps.beside,
    questions,
    door,
    hooks,
    ack: config.notices.ack,
    ring: (cutoverId) => doorbell.ring(cutoverId),
    decided,
    trouble,
    stopping,
    around: requestLog(log, metrics.onRequest),
  });
}

/** `interlock serve`. */
export async function serve(config: Config, log: Logger, people: People): Promise<Running> {
  assertNotExposed(config, people);
  const parts = await openParts(config, log, { half: 'serve' });
  const beside = await openBeside(config, { busyLimitMs: patienceMs });
  const questions = askApart(config.ledger);
  const [first = [], ...later] = parts.endings;
  const goodbyes: Stage = [
    { what: 'questions', ms: goodbyeMs, end: () => questions.close() },
    { what: 'the tables beside the ledger', ms: goodbyeMs, end: () => beside.close() },
  ];
  const endings: readonly Stage[] = [[...goodbyes, ...first], ...later];
  const { now, newId } = parts.interlock.ledger;
  const deps: IdentityDeps = { beside, now, newId };
  const ending = new AbortController();
  const { begin: decided, ended } = resumes(parts.interlock.graph, parts.onTrouble);
  try {
    const { door, opened } = await entranceFor(people, deps);
    const { hooks } = people;
    const app = apiOn(parts, { deps, door, hooks, stopping: ending.signal, decided, questions });
    const server = await listen(app, config.fleet);
    const told = await opened(server);
    const working = worksToo(config) ? await workApart(parts.metrics) : null;
    log.info({ url: server.url, name: parts.name, works: working !== null }, 'serving');
    return {
      url: server.url,
      told,
      stop: async () => {
        ending.abort();
        log.info({ name: parts.name }, 'stopping');
        const draining = [
          { what: 'the requests', ms: drainMs + goodbyeMs, end: () => server.stop(drainMs) },
          { what: 'decided runs', ms: drainMs, end: ended },
          ...(working?.endings ?? []),
        ];
        await stopInOrder([draining, ...endings], log);
        log.info({ name: parts.name }, 'stopped');
      },
    };
  } catch (error) {
    await stopInOrder(endings, log);
    throw error;
  }
}
