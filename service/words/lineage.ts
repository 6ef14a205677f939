/**
 * The lineage in words: one line for each thing that happened, in closed templates over ledger ids.
 */
import type { LineageItem, LineageRow } from '../../ledger/lineageRow.ts';
import type { Names } from './names.ts';
import { timeText } from './times.ts';

function noticeText(item: Extract<LineageItem, { kind: 'notice' }>, names: Names): string {
  const what = item.channel === null ? 'notice' : `notice by ${item.channel}`;
  const why = item.reason === null ? '' : ` (${item.reason})`;
  const doubt = item.doubtful ? ', and may have got through unseen' : '';
  return `${what} of version ${item.version} ${item.became} for ${names.person(item.person)}${why}${doubt}`;
}

const mindWords = {
  model: 'model mind',
  deterministic: 'deterministic mind',
  model_failed: 'deterministic mind in place of a model',
} as const;

function itemText(item: LineageItem, names: Names): string {
  switch (item.kind) {
    case 'declaration':
      return `declared by ${names.person(item.by)}${item.asLead ? ', the release lead' : ''}`;
    case 'report':
      return `report ${item.sourceEventId} from ${item.source} by ${names.person(item.reporter)}${item.underOldOrders ? ', made under old orders' : ''}: "${item.text}"`;
    case 'fact':
      return `  fact ${item.factId}: ${item.assertion} on ${item.subject}`;
    case 'ruling':
      return `ruled ${item.factId}: ${item.ruling}${item.code === null ? '' : ` (${item.code})`}`;
    case 'held_again':
      return `held ${item.factId} again: ${item.code}${item.against === null ? '' : `, as ${item.against} shows`}`;
    case 'heard_again':
      return `hears ${item.factId} again: its teller had the authority${item.against === null ? '' : `, as ${item.against} shows`}`;
    case 'run':
      return `run ${item.runId} ${item.became}`;
    case 'proposal':
      return `proposal ${item.proposalId} by ${item.agent}, ${mindWords[item.mind]}, attempt ${item.attempt}`;
    case 'model': {
      const about = item.about;
      const who = about === null ? '' : ` ${about.model} for ${about.agent}`;
      const { calls, tokens, milliseconds } = item.used ?? {};
      const cost =
        item.used === null ? '' : ` (${calls} calls, ${tokens} tokens, ${milliseconds} ms)`;
      return `model ${item.askId} ${item.became}${who}${cost}`;
    }
    case 'verdict':
      return `verdict on ${item.proposalId}: ${item.clean ? 'clean' : item.codes.join(', ')}`;
    case 'packet': {
      const version = item.version === null ? '' : ` version ${item.version}`;
      const code = item.checkCode === null ? '' : `, check code ${item.checkCode}`;
      return `packet ${item.packetId}${version} ${item.became}${code}`;
    }
    case 'explanation':
      return `${item.holds} holds of the packet ${item.packetHash.slice(0, 12)} ${item.codes.length === 0 ? 'explained' : `not explained: ${item.codes.join(', ')}`}`;
    case 'decision':
      return `${item.decision} by ${names.person(item.by)}: packet ${item.packetId}${item.reason === null ? '' : ` ("${item.reason}")`}`;
    case 'refusal':
      return `refused to ${item.of} ${item.named} for ${names.person(item.by)}: ${item.code}`;
    case 'notice':
      return noticeText(item, names);
    case 'acknowledgement':
      return `version ${item.version} acknowledged by ${names.person(item.person)}`;
  }
}

/** `41  Sun 01:20  ruled fact-7: held (unmapped_source)`; what was true earlier says so. */
export function lineageText(row: LineageRow, names: Names): string {
  const earlier =
    row.occurredAt === row.recordedAt
      ? ''
      : ` [true since ${timeText(row.occurredAt, names.zone)}]`;
  return `${String(row.version).padStart(4)}  ${timeText(row.recordedAt, names.zone)}  ${itemText(row.item, names)}${earlier}`;
}
