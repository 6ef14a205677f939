/**
 * Packets that were once in force, by version, read from the ledger once and then from where it was left. Positions
 * of one cutover have no gaps and no late comers, so nothing before a position read is ever missed. With each goes the
 * report that its run answered.
 */
import type { PacketRecord } from '../../ledger/cutover.ts';
import type { LedgerEvent } from '../../ledger/events.ts';
import type { Reader } from '../../ledger/store.ts';
import type { Id } from '../../ledger/vocabulary.ts';

export type Packets = {
  /** The packet of this version that was adopted; null when there is none. */
  adopted(cutoverId: Id, version: number): Promise<PacketRecord | null>;
  /** The oldest report that this version answers; null when there is none: it came of the plan, or of time passing. */
  answered(cutoverId: Id, version: number): Promise<Id | null>;
};

type Known = { readonly record: PacketRecord; readonly answers: Id | null };

type Book = {
  readonly prepared: Map<Id, Known>;
  readonly adopted: Map<number, Known>;
  /** Reports by their facts that wait for a ruling, in the order in which they came. */
  readonly waiting: Map<Id, Id>;
  /** The oldest report that the run under way looked at. */
  looksAt: Id | null;
  after: number;
};

const emptyBook = (): Book => ({
  prepared: new Map(),
  adopted: new Map(),
  waiting: new Map(),
  looksAt: null,
  after: 0,
});

const eventsAtOnce = 500;
const cutoversKept = 32;

function note(book: Book, { version, body }: LedgerEvent): void {
  book.after = version;
  if (body.type === 'ReportReceived') {
    for (const { factId, reportId } of body.report.facts) book.waiting.set(factId, reportId);
  }
  if (body.type === 'StatementRead') {
    for (const { factId, reportId } of body.facts) book.waiting.set(factId, reportId);
  }
  if (body.type === 'RunStarted') book.looksAt = book.waiting.values().next().value ?? null;
  if (body.type === 'FactsRuled') {
    for (const { factId } of body.rulings) book.waiting.delete(factId);
  }
  if (body.type === 'PacketPrepared') {
    const { packet, packetHash, checkCode } = body;
    const record = { packet, packetHash, checkCode };
    book.prepared.set(packet.packetId, { record, answers: book.looksAt });
  }
  if (body.type === 'HoldsExplained' && body.violations.length === 0) {
    for (const [packetId, known] of book.prepared) {
      if (known.record.packetHash !== body.packetHash) continue;
      const record = { ...known.record, explained: body.holds };
      book.prepared.set(packetId, { ...known, record });
    }
  }
  if (body.type !== 'PacketAdopted') return;
  const known = book.prepared.get(body.packetId);
  if (known !== undefined) book.adopted.set(body.version, known);
  book.prepared.clear();
}

async function readOn(reader: Reader, cutoverId: Id, book: Book): Promise<void> {
  for (;;) {
    const events = await reader.read(cutoverId, { after: book.after, limit: eventsAtOnce });
    for (const event of events) note(book, event);
    if (events.length < eventsAtOnce) return;
  }
}

/** Packets read through `reader`; the least used cutovers are forgotten. */
export function packetsOf(reader: Reader): Packets {
  const books = new Map<Id, Book>();
  const known = async (cutoverId: Id, version: number): Promise<Known | null> => {
    const book = books.get(cutoverId) ?? emptyBook();
    books.delete(cutoverId);
    books.set(cutoverId, book);
    const oldest = books.keys().next();
    if (books.size > cutoversKept && oldest.done !== true) books.delete(oldest.value);
    if (!book.adopted.has(version)) await readOn(reader, cutoverId, book);
    return book.adopted.get(version) ?? null;
  };
  return {
    adopted: async (cutoverId, version) => (await known(cutoverId, version))?.record ?? null,
    answered: async (cutoverId, version) => (await known(cutoverId, version))?.answers ?? null,
  };
}
