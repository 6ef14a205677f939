/**
 * The auditor: checks the rows of a ledger with nothing of Interlock's, only SHA-256 and the written description
 * of the chain. What it and the verifier both find cannot be one mistake made twice.
 */
import { createHash } from 'node:crypto';

export type AuditRow = {
  readonly cutover_id: string;
  readonly version: number;
  readonly recorded_at: number;
  readonly body: string;
  readonly previous_hash: string;
  readonly hash: string;
};

/** SHA-256 of the domain line and the canonical object; its keys in order are body … version. */
export const auditedHash = (row: AuditRow): string =>
  createHash('sha256')
    .update(
      `interlock/v1/event\n{"body":${row.body},"cutoverId":${JSON.stringify(row.cutover_id)},` +
        `"previousHash":"${row.previous_hash}","recordedAt":${row.recorded_at},"version":${row.version}}`,
    )
    .digest('hex');

/** Position of the first row of one cutover that breaks the chain, or null. Rows come in order of version. */
export function firstBrokenRow(rows: readonly AuditRow[]): number | null {
  let previous = '0'.repeat(64);
  for (const [index, row] of rows.entries()) {
    const whole =
      row.version === index + 1 &&
      row.previous_hash === previous &&
      row.cutover_id === rows[0]?.cutover_id &&
      auditedHash(row) === row.hash;
    if (!whole) return index + 1;
    previous = row.hash;
  }
  return null;
}
