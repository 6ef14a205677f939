/**
 * The verbs that check: the chain of the ledger, and the schema of runbook files.
 */
import { verify as verifyLedger, verifyCutover } from '../../ledger/verify.ts';
import type { LedgerOnly } from '../openLedger.ts';
import { runbookJsonSchema } from '../runbook/jsonSchema.ts';
import { type Answer, answered, exits } from './answer.ts';

/** Reads every event again, re-folds, and compares chain, heads and snapshots. */
export async function verify(
  interlock: LedgerOnly,
  wanted: { cutover?: string | undefined },
): Promise<Answer> {
  const { store } = interlock.ledger;
  const result =
    wanted.cutover === undefined
      ? await verifyLedger(store)
      : await verifyCutover(store, wanted.cutover);
  if (result.ok)
    return answered(`Whole: ${result.events} events, chain and snapshots agree.`, result);
  const broken = result.firstBroken;
  const place =
    broken === null
      ? 'unknown place'
      : `${broken.cutoverId} at position ${broken.version}: ${broken.what}`;
  return {
    exit: exits.notVerified,
    text: `Broken: ${place}. ${result.events} events before it are whole.`,
    json: result,
  };
}

/** The JSON Schema of runbook files. */
export function schema(): Answer {
  const made = runbookJsonSchema();
  return answered(JSON.stringify(made, null, 2), made);
}
