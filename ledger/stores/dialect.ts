/**
 * Changes how a Kysely dialect begins, commits and rolls back, and nothing else, so that both databases share one
 * store. A rollback that fails is not told: the error that led to it is the one that matters.
 */
import type { Dialect, Driver } from 'kysely';
import { StoreTrouble } from '../trouble.ts';

export type Changes = Partial<Pick<Driver, 'beginTransaction' | 'rollbackTransaction'>>;

/** `explain` for errors of a commit too: the trouble is what the database said, and its outcome stays unknown. */
export function explainWith(explain: (error: unknown) => unknown, error: unknown): unknown {
  if (!(error instanceof StoreTrouble) || error.outcome !== 'unknown') return explain(error);
  const said = explain(error.cause);
  if (!(said instanceof StoreTrouble)) return error;
  const message = `${error.message}: ${said.message}`;
  return new StoreTrouble(said.code, message, { outcome: 'unknown', cause: error.cause });
}

async function commit(driver: Driver, connection: Parameters<Driver['commitTransaction']>[0]) {
  try {
    await driver.commitTransaction(connection);
  } catch (cause) {
    throw new StoreTrouble('failed', 'the commit itself failed, so its outcome is not known', {
      outcome: 'unknown',
      cause,
    });
  }
}

function changed(driver: Driver, changes: Changes): Driver {
  const rollback = changes.rollbackTransaction ?? driver.rollbackTransaction.bind(driver);
  return {
    init: () => driver.init(),
    acquireConnection: () => driver.acquireConnection(),
    releaseConnection: (connection) => driver.releaseConnection(connection),
    destroy: () => driver.destroy(),
    beginTransaction: changes.beginTransaction ?? driver.beginTransaction.bind(driver),
    commitTransaction: (connection) => commit(driver, connection),
    rollbackTransaction: (connection) => rollback(connection).catch(() => undefined),
  };
}

/** The dialect with its transactions changed. */
export const withTransactions = (dialect: Dialect, changes: Changes): Dialect => ({
  createDriver: () => changed(dialect.createDriver(), changes),
  createQueryCompiler: () => dialect.createQueryCompiler(),
  createAdapter: () => dialect.createAdapter(),
  createIntrospector: (database) => dialect.createIntrospector(database),
});
