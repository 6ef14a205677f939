/**
 * Packets that were once in force, by version, read from the ledger once and then from where it was left. Positions
 * of one cutover have no gaps and no late comers, so nothing before a position read is ever missed.
 */
import type { PacketRecord } from '../../ledger/cutover.ts';
import type { LedgerEvent } from '../../ledger/events.ts';
import type { Reader } from '../../ledger/store.ts';
import type { Id } from '../../ledger/vocabulary.ts';

export type Packets = {
  /** The packet of this version that was adopted; null when there is none. */
  adopted(cutoverId: Id, version: number): Promise<PacketRecord | null>;
};

type Book = {
  readonly prepared: Map<Id, PacketRecord>;
  readonly adopted: Map<number, PacketRecord>;
  after: number;
};

const eventsAtOnce = 500;
const cutoversKept = 32;

function note(book: Book, { version, body }: LedgerEvent): void {
  book.after = version;
  if (body.type === 'PacketPrepared') {
    const { packet, packetHash, checkCode } = body;
    book.prepared.set(packet.packetId, { packet, packetHash, checkCode });
  }
  if (body.type === 'HoldsExplained' && body.violations.length === 0) {
    for (const [packetId, record] of book.prepared) {
      if (record.packetHash === body.packetHash) {
        book.prepared.set(packetId, { ...record, explained: body.holds });
      }
    }
  }
  if (body.type !== 'PacketAdopted') return;
  const record = book.prepared.get(body.packetId);
  if (record !== undefined) book.adopted.set(body.version, record);
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
  return {
    adopted: async (cutoverId, version) => {
      const book = books.get(cutoverId) ?? { prepared: new Map(), adopted: new Map(), after: 0 };
      books.delete(cutoverId);
      books.set(cutoverId, book);
      const oldest = books.keys().next();
      if (books.size > cutoversKept && oldest.done !== true) books.delete(oldest.value);
      if (!book.adopted.has(version)) await readOn(reader, cutoverId, book);
      return book.adopted.get(version) ?? null;
    },
  };
}
