/**
 * Where a part of a plan was written: the way back from a plan path such as
 * `checkpoints/security-approval/predecessors/0` to a place in the runbook file.
 */
import type { FilePath } from './problems.ts';

/** Keys whose name in the file differs from the plan's. */
const fileKeys: Readonly<Record<string, string>> = {
  cutoverId: 'id',
  leadRole: 'lead',
  tickSeconds: 'precision',
  approvedStartAt: 'start',
  approvedOwner: 'owner',
  durationCertainty: 'certainty',
  allowedWindows: 'windows',
  opensAt: 'from',
  closesAt: 'to',
  statedAt: 'stated',
  mustEndAt: 'mustEnd',
  rollbackMinutes: 'rollback',
  maxAgeMinutes: 'maxAge',
  validMinutes: 'valid',
  minutes: 'apart',
  chainsAllowed: 'chains',
  gapSeconds: 'gap',
  maxGapSeconds: 'within',
  slipToleranceMinutes: 'slipTolerance',
  reviewMinutes: 'review',
  requestValidMinutes: 'requestValid',
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

type Step = { readonly key: string | number; readonly value: unknown };

/** The id a list item goes by: its own, or for an authority row without one what it is for. */
function idOf(item: unknown): string | null {
  if (!isRecord(item)) return null;
  const { id, role, checkpoint } = item;
  if (typeof id === 'string') return id;
  if (typeof role !== 'string') return null;
  return typeof checkpoint === 'string' && checkpoint !== 'all' ? `${role}:${checkpoint}` : role;
}

function stepInto(value: unknown, segment: string): Step | null {
  if (Array.isArray(value)) {
    const byId = value.findIndex((item) => idOf(item) === segment);
    const index = byId >= 0 ? byId : /^\d+$/.test(segment) ? Number(segment) : -1;
    return index in value ? { key: index, value: value[index] } : null;
  }
  if (!isRecord(value)) return null;
  const key = [segment, fileKeys[segment]].find((name) => name !== undefined && name in value);
  return key === undefined ? null : { key, value: value[key] };
}

/** The deepest part of the plan path that the file has. */
export function filePathOf(planPath: string, file: unknown): FilePath {
  const path: (string | number)[] = [];
  let value = file;
  for (const segment of planPath.split('/').filter((part) => part !== '')) {
    const step = stepInto(value, segment);
    if (step === null) break;
    path.push(step.key);
    value = step.value;
  }
  return path;
}
