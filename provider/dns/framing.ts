import { largestMessage, tooLarge } from "./message.js";

const prefixBytes = 2;

/** The message with its length before it, as TCP carries it; one piece, so that it leaves in one write (RFC 7766 8). */
export function frame(bytes: Buffer): Buffer {
  if (bytes.length > largestMessage) throw tooLarge(bytes.length);
  const framed = Buffer.allocUnsafe(prefixBytes + bytes.length);
  framed.writeUInt16BE(bytes.length);
  bytes.copy(framed, prefixBytes);
  return framed;
}

/** Cuts what one TCP connection brings into messages, however it was split on its way. */
export class FrameReader {
  private chunks: Buffer[] = [];
  private held = 0;
  /** Bytes that the message under way takes with its prefix; only the prefix while that is not here. */
  private wanted = prefixBytes;

  /** Takes the next bytes; gives the messages that are complete now, without their lengths. */
  push(chunk: Buffer): Buffer[] {
    this.chunks.push(chunk);
    this.held += chunk.length;
    const messages: Buffer[] = [];
    // Joined only when enough is here: a large message in small pieces is copied once.
    while (this.held >= this.wanted) {
      const joined = this.chunks.length === 1 ? (this.chunks[0] ?? chunk) : Buffer.concat(this.chunks);
      this.wanted = prefixBytes + joined.readUInt16BE();
      const isComplete = joined.length >= this.wanted;
      if (isComplete) messages.push(joined.subarray(prefixBytes, this.wanted));
      this.chunks = [isComplete ? joined.subarray(this.wanted) : joined];
      this.held = this.chunks[0]?.length ?? 0;
      if (isComplete) this.wanted = prefixBytes;
    }
    return messages;
  }
}
