import { classes, opcodes, rcodes, types } from "../../provider/dns/constants.js";
import type { Message } from "../../provider/dns/message.js";
import { isAtOrBelow } from "../../provider/dns/names.js";
import { encodeRdata, formatRdata, type RecordType } from "../../provider/dns/rdata.js";
import type { WireRecord } from "../../provider/dns/wireRecord.js";

interface Held {
  ttl: number;
  rdata: Buffer[];
}

/** A zone that answers queries and takes updates as RFC 2136 3 says, as far as the client's own messages go. */
export class SmallZone {
  private readonly sets = new Map<string, Held>();

  constructor(readonly name = "skyline.local.") {
    this.put(name, "NS", 300, ["ns1.skyline.local"]);
  }

  put(name: string, type: RecordType, ttl: number, data: string[]): void {
    this.sets.set(keyOf(name, types[type]), { ttl, rdata: data.map((text) => encodeRdata(type, text)) });
  }

  /** `10.0.0.1, 10.0.0.2 (60)`; what tests ask instead of the client. */
  show(name: string, type: RecordType): string {
    const held = this.sets.get(keyOf(name, types[type]));
    const data = held?.rdata.map((rdata) => formatRdata(types[type], rdata)).sort();
    return held && data ? `${data.join(", ")} (${held.ttl})` : "nothing";
  }

  /** What an honest server answers; an update is carried out. */
  answer(request: Message): Partial<Message> {
    const [question] = request.questions;
    if (!question || !isAtOrBelow(question.name, this.name)) return { rcode: rcodes.REFUSED };
    return request.opcode === opcodes.UPDATE ? { rcode: this.update(request) } : this.query(question.name, question.type);
  }

  private query(name: string, type: number): Partial<Message> {
    const here = [type, types.CNAME].flatMap((asked) => this.records(name, asked)).slice(0, type === types.CNAME ? 1 : undefined);
    const soa: WireRecord = { name: this.name, type: types.SOA, class: classes.IN, ttl: 0, rdata: Buffer.alloc(22) };
    return here.length > 0 ? { authoritative: true, answers: here } : { authoritative: true, authorities: [soa] };
  }

  private records(name: string, type: number): WireRecord[] {
    const held = this.sets.get(keyOf(name, type));
    return (held?.rdata ?? []).map((rdata) => ({ name, type, class: classes.IN, ttl: held?.ttl ?? 0, rdata }));
  }

  private update({ answers, authorities }: Message): number {
    const exact = new Map<string, Buffer[]>();
    for (const { name, type, class: recordClass, rdata } of answers) {
      const isThere = this.sets.has(keyOf(name, type));
      if (recordClass === classes.NONE && isThere) return rcodes.YXRRSET;
      if (recordClass === classes.ANY && !isThere) return rcodes.NXRRSET;
      if (recordClass === classes.IN) exact.set(keyOf(name, type), [...(exact.get(keyOf(name, type)) ?? []), rdata]);
    }
    for (const [key, rdata] of exact) if (textOf(rdata) !== textOf(this.sets.get(key)?.rdata ?? [])) return rcodes.NXRRSET;
    for (const change of authorities) this.change(change);
    return rcodes.NOERROR;
  }

  private change({ name, type, class: recordClass, ttl, rdata }: WireRecord): void {
    const key = keyOf(name, type);
    const rest = (this.sets.get(key)?.rdata ?? []).filter((other) => recordClass !== classes.ANY && !other.equals(rdata));
    if (recordClass === classes.IN) rest.push(rdata);
    const kept = recordClass === classes.IN ? ttl : (this.sets.get(key)?.ttl ?? ttl);
    if (rest.length > 0) this.sets.set(key, { ttl: kept, rdata: rest });
    else this.sets.delete(key);
  }
}

const keyOf = (name: string, type: number): string => `${name} ${type}`;
const textOf = (rdata: Buffer[]): string =>
  rdata
    .map((one) => one.toString("hex"))
    .sort()
    .join();
