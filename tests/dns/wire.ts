/** Messages written by hand, byte by byte: what the code under test must read or write, made without it. */
export const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff]);
export const u32 = (value: number): Buffer => Buffer.concat([u16(value >>> 16), u16(value & 0xffff)]);
export const u48 = (value: number): Buffer => Buffer.concat([u16(Math.floor(value / 2 ** 32)), u32(value % 2 ** 32)]);

/** Labels without their end. */
export const labels = (text: string): Buffer =>
  Buffer.concat(text.split(".").map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, "latin1")])));
export const name = (text: string): Buffer => Buffer.concat([labels(text), Buffer.alloc(1)]);
export const pointer = (at: number): Buffer => u16(0xc000 | at);

export const header = (fields: { id?: number; flags?: number; counts?: number[] }): Buffer => {
  const [questions = 0, answers = 0, authorities = 0, additionals = 0] = fields.counts ?? [];
  return Buffer.concat([fields.id ?? 0x1234, fields.flags ?? 0x8400, questions, answers, authorities, additionals].map(u16));
};

export const question = (owner: Buffer, type: number, recordClass = 1): Buffer => Buffer.concat([owner, u16(type), u16(recordClass)]);

export const record = (owner: Buffer, type: number, recordClass: number, ttl: number, rdata: Buffer): Buffer =>
  Buffer.concat([owner, u16(type), u16(recordClass), u32(ttl), u16(rdata.length), rdata]);
