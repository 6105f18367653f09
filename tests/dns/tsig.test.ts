import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DnsError, DnsFormatError } from "../../provider/dns/errors.js";
import { hmacSigner, type Signer } from "../../provider/dns/signer.js";
import { findTsig, signMessage, type Verification, verifyMessage } from "../../provider/dns/tsig.js";
import { header, name, pointer, question, record, u16, u48 } from "./wire.js";

const time = 1_700_000_000;
const secret = Buffer.from("a secret that both sides know");
const signer = hmacSigner({ name: "dma-key", secret });
const owner = name("dma-key");
const algorithmName = name("hmac-sha256");
const message = Buffer.concat([header({ id: 0x1234, flags: 0xa800, counts: [1] }), question(name("skyline.local"), 6)]);
const withCount = (count: number, id = 0x1234) =>
  Buffer.concat([header({ id, flags: 0xa800, counts: [1, 0, 0, count] }), message.subarray(12)]);
const hmac = (...parts: Buffer[]) => createHmac("sha256", secret).update(Buffer.concat(parts)).digest();
const nothing = Buffer.alloc(0);

interface Fields {
  algorithm?: Buffer;
  time?: number;
  fudge?: number;
  mac?: Buffer;
  originalId?: number;
  error?: number;
  other?: Buffer;
}

/** RFC 8945 4.2 */
const rdataOf = (fields: Fields): Buffer => {
  const { mac = nothing, other = nothing } = fields;
  return Buffer.concat([
    fields.algorithm ?? algorithmName,
    u48(fields.time ?? time),
    u16(fields.fudge ?? 300),
    u16(mac.length),
    mac,
    u16(fields.originalId ?? 0x1234),
    u16(fields.error ?? 0),
    u16(other.length),
    other,
  ]);
};

/** RFC 8945 4.3.3, without the message and what stands before it. */
const variables = (fields: Fields): Buffer => {
  const { other = nothing } = fields;
  return Buffer.concat([
    owner,
    u16(255),
    u16(0),
    u16(0),
    fields.algorithm ?? algorithmName,
    u48(fields.time ?? time),
    u16(fields.fudge ?? 300),
    u16(fields.error ?? 0),
    u16(other.length),
    other,
  ]);
};

const signed = (fields: Fields, mac = hmac(message, variables(fields))) =>
  Buffer.concat([withCount(1), record(owner, 250, 255, 0, rdataOf({ ...fields, mac }))]);
const verify = (bytes: Buffer, options: { requestMac?: Buffer; at?: number; by?: Signer } = {}): Promise<Verification> =>
  verifyMessage(bytes, options.by ?? signer, { time: options.at ?? time, requestMac: options.requestMac });

describe("signing", () => {
  test("appends the record that RFC 8945 4.2 draws, with the MAC of 4.3", async () => {
    const written = await signMessage(message, signer, { time });
    expect(written.bytes).toEqual(signed({}));
    expect(written.mac).toEqual(hmac(message, variables({})));
  });

  test("begins the answer's MAC with the request's and its length (4.3.1)", async () => {
    const requestMac = Buffer.alloc(32, 5);
    const { bytes, mac } = await signMessage(message, signer, { time, requestMac });
    expect(mac).toEqual(hmac(u16(32), requestMac, message, variables({})));
    expect(await verify(bytes, { requestMac })).toMatchObject({ kind: "verified", error: 0 });
    expect(await verify(bytes)).toMatchObject({ kind: "bad", reason: "mac" });
    expect(await verify(bytes, { requestMac: Buffer.alloc(32, 6) })).toMatchObject({ kind: "bad", reason: "mac" });
  });

  test("takes only the timers into later messages of one answer (5.3.1)", async () => {
    const before = Buffer.alloc(32, 5);
    const { bytes, mac } = await signMessage(message, signer, { time, requestMac: before, timersOnly: true });
    expect(mac).toEqual(hmac(u16(32), before, message, u48(time), u16(300)));
    expect(await verifyMessage(bytes, signer, { time, requestMac: before, timersOnly: true })).toMatchObject({ kind: "verified" });
    expect(await verify(bytes, { requestMac: before })).toMatchObject({ kind: "bad", reason: "mac" });
  });

  test("stands after every other record, OPT too, and counts itself", async () => {
    const withOpt = Buffer.concat([withCount(1), record(Buffer.alloc(1), 41, 1232, 0, nothing)]);
    const { bytes } = await signMessage(withOpt, signer, { time });
    expect(bytes.readUInt16BE(10)).toBe(2);
    expect(await verify(bytes)).toMatchObject({ kind: "verified", bytes: withOpt });
  });

  test("tells BADTIME signed, with the server's clock", async () => {
    const other = u48(time + 400);
    const { bytes, mac } = await signMessage(message, signer, { time, error: 18, otherData: other });
    expect(mac).toEqual(hmac(message, variables({ error: 18, other })));
    expect(await verify(bytes)).toMatchObject({ kind: "verified", error: 18, otherTime: time + 400 });
  });

  test.each([16, 17])("tells TSIG error %i without a MAC (5.3.2)", async (error) => {
    const { bytes, mac } = await signMessage(message, signer, { time, error });
    expect(mac).toEqual(nothing);
    expect(bytes).toEqual(signed({ error }, nothing));
    expect(await verify(bytes)).toMatchObject({ kind: "bad", reason: "mac", error });
  });

  test("cuts parts of a second off", async () => {
    expect((await signMessage(message, signer, { time: time + 0.9 })).bytes).toEqual(signed({}));
    expect(await verify(signed({ fudge: 0 }), { at: time + 0.9 })).toMatchObject({ kind: "verified" });
  });

  test("holds times beyond 32 bits", async () => {
    const late = 2 ** 33 + 5;
    expect(findTsig((await signMessage(message, signer, { time: late })).bytes)).toMatchObject({ time: late });
  });

  test("refuses to make a message of more than 65535 bytes", async () => {
    const large = Buffer.concat([message, Buffer.alloc(65_535 - message.length)]);
    await expect(signMessage(large, signer, { time })).rejects.toThrow(DnsFormatError);
    await expect(signMessage(large, signer, { time })).rejects.toThrow("65535 is the most");
  });

  test.each([
    ["hmac-sha224", "sha224", 28],
    ["HMAC-SHA256.", "sha256", 32],
    ["hmac-sha384", "sha384", 48],
    ["hmac-sha512.", "sha512", 64],
  ])("with %s makes MACs of %s, %i bytes", async (algorithm, hash, size) => {
    const other = hmacSigner({ name: "DMA-Key", algorithm, secret });
    expect(other).toMatchObject({ keyName: "dma-key.", algorithm: `hmac-${hash}.` });
    const { bytes, mac } = await signMessage(message, other, { time });
    const expected = Buffer.concat([message, variables({ algorithm: name(`hmac-${hash}`) })]);
    expect(mac).toEqual(createHmac(hash, secret).update(expected).digest());
    expect(mac).toHaveLength(size);
    expect(await verify(bytes, { by: other })).toMatchObject({ kind: "verified" });
  });

  test.each([
    ["hmac-md5", "hmac-md5.sig-alg.reg.int", "md5", 16],
    ["HMAC-MD5.SIG-ALG.REG.INT.", "hmac-md5.sig-alg.reg.int", "md5", 16],
    ["hmac-sha1", "hmac-sha1", "sha1", 20],
  ])("with the weak %s goes by the name %s", async (algorithm, its, hash, size) => {
    const other = hmacSigner({ name: "DMA-Key", algorithm, secret });
    expect(other.algorithm).toBe(`${its}.`);
    const { bytes, mac } = await signMessage(message, other, { time });
    const expected = Buffer.concat([message, variables({ algorithm: name(its) })]);
    expect(mac).toEqual(createHmac(hash, secret).update(expected).digest());
    expect(mac).toHaveLength(size);
    expect(await verify(bytes, { by: other })).toMatchObject({ kind: "verified" });
  });

  test.each(["hmac-md5.example", "hmac-sha1-80", "gss-tsig", "sha256", "", "constructor"])("is not done with %j", (algorithm) => {
    expect(() => hmacSigner({ name: "dma-key", algorithm, secret })).toThrow(DnsError);
    expect(() => hmacSigner({ name: "dma-key", algorithm, secret })).toThrow("Make a key with hmac-sha256");
  });
});

describe("verifying", () => {
  test("gives back what was signed: no TSIG record, one record less, the original id (4.3.2)", async () => {
    const forwarded = signed({});
    forwarded.writeUInt16BE(0x9999, 0);
    expect(await verify(forwarded)).toEqual({ kind: "verified", bytes: message, mac: hmac(message, variables({})), error: 0 });
  });

  test("leaves the bytes that it was given as they are", async () => {
    const bytes = signed({});
    const before = Buffer.from(bytes);
    await verify(bytes);
    expect(bytes).toEqual(before);
  });

  test("says when a message is unsigned", async () => {
    expect(await verify(message)).toEqual({ kind: "unsigned", bytes: message });
  });

  test("takes names in capitals, and a key name that is compressed", async () => {
    const mac = hmac(message, variables({}));
    const capitals = record(name("DMA-Key"), 250, 255, 0, rdataOf({ mac, algorithm: name("HMAC-SHA256") }));
    expect(await verify(Buffer.concat([withCount(1), capitals]))).toMatchObject({ kind: "verified" });
    const asked = Buffer.concat([header({ flags: 0xa800, counts: [1] }), question(owner, 6)]);
    const rdata = rdataOf({ mac: hmac(asked, variables({})) });
    const compressed = Buffer.concat([
      header({ flags: 0xa800, counts: [1, 0, 0, 1] }),
      question(owner, 6),
      record(pointer(12), 250, 255, 0, rdata),
    ]);
    expect(await verify(compressed)).toMatchObject({ kind: "verified", bytes: asked });
  });

  test.each<[string, Buffer, string]>([
    ["another key", Buffer.concat([withCount(1), record(name("other"), 250, 255, 0, rdataOf({}))]), "key"],
    ["another algorithm", signed({ algorithm: name("hmac-sha512") }), "algorithm"],
    ["another secret", signed({}, createHmac("sha256", "other").update(message).digest()), "mac"],
    ["a MAC without the record's fields", signed({}, hmac(message)), "mac"],
    ["no MAC", signed({}, nothing), "mac"],
    ["a MAC of 16 of 32 bytes", signed({}, hmac(message, variables({})).subarray(0, 16)), "truncatedMac"],
    ["a MAC of 31 of 32 bytes", signed({}, hmac(message, variables({})).subarray(0, 31)), "truncatedMac"],
    ["a MAC of 15 of 32 bytes, which nobody may send (5.2.2.1)", signed({}, hmac(message, variables({})).subarray(0, 15)), "format"],
    ["a MAC of 33 bytes", signed({}, Buffer.concat([hmac(message, variables({})), Buffer.alloc(1)])), "format"],
    [
      "an error that was not signed",
      Buffer.concat([withCount(1), record(owner, 250, 255, 0, rdataOf({ mac: hmac(message, variables({})), error: 9 }))]),
      "mac",
    ],
    ["a time 301 seconds ago", signed({ time: time - 301 }), "time"],
    ["a time 301 seconds ahead", signed({ time: time + 301 }), "time"],
    ["a time just outside its own fudge", signed({ time: time - 11, fudge: 10 }), "time"],
  ])("refuses %s", async (_what, bytes, reason) => {
    expect(await verify(bytes)).toMatchObject({ kind: "bad", reason });
  });

  test.each([-300, 300, 0])("takes a clock %i seconds off", async (seconds) => {
    expect(await verify(signed({ time: time + seconds }))).toMatchObject({ kind: "verified" });
  });

  test("looks at the clock only after the MAC (5.2)", async () => {
    expect(await verify(signed({ time: time - 9_000 }, Buffer.alloc(32)))).toMatchObject({ kind: "bad", reason: "mac" });
  });

  test("tells what a refused record claims: its time, its error, the other clock", async () => {
    const bytes = signed({ error: 18, other: u48(time + 999) }, Buffer.alloc(32));
    expect(await verify(bytes)).toEqual({ kind: "bad", reason: "mac", bytes: message, error: 18, time, otherTime: time + 999 });
  });

  test("takes the clock of a server that says BADTIME, though it is far off, when the answer is bound to the request", async () => {
    const requestMac = Buffer.alloc(32, 5);
    const fields = { time: time + 4_000, error: 18, other: u48(time + 4_000) };
    const bytes = signed(fields, hmac(u16(32), requestMac, message, variables(fields)));
    expect(await verify(bytes, { requestMac })).toMatchObject({ kind: "verified", error: 18, otherTime: time + 4_000 });
    expect(await verify(signed(fields))).toMatchObject({ kind: "bad", reason: "time" });
  });

  const good = rdataOf({ mac: hmac(message, variables({})) });
  const opt = record(Buffer.alloc(1), 41, 1232, 0, nothing);
  test.each<[string, Buffer]>([
    ["a header cut short", Buffer.alloc(5)],
    ["half a question before it", Buffer.concat([header({ counts: [1] }), name("a"), u16(1)])],
    ["bytes after it", Buffer.concat([signed({}), Buffer.alloc(1)])],
    ["class IN", Buffer.concat([withCount(1), record(owner, 250, 1, 0, good)])],
    ["a TTL", Buffer.concat([withCount(1), record(owner, 250, 255, 1, good)])],
    ["a record after it", Buffer.concat([withCount(2), record(owner, 250, 255, 0, good), opt])],
    ["a second one after it", Buffer.concat([withCount(2), record(owner, 250, 255, 0, good), record(owner, 250, 255, 0, good)])],
    [
      "its place among the answers",
      Buffer.concat([header({ flags: 0xa800, counts: [1, 1] }), message.subarray(12), record(owner, 250, 255, 0, good)]),
    ],
    ["RDATA with a byte more", Buffer.concat([withCount(1), record(owner, 250, 255, 0, Buffer.concat([good, Buffer.alloc(1)]))])],
    ["RDATA with a byte less", Buffer.concat([withCount(1), record(owner, 250, 255, 0, good.subarray(0, -1))])],
    ["RDATA that ends in its MAC", Buffer.concat([withCount(1), record(owner, 250, 255, 0, good.subarray(0, 40))])],
    ["no RDATA", Buffer.concat([withCount(1), record(owner, 250, 255, 0, nothing)])],
    [
      "a compressed algorithm",
      Buffer.concat([
        header({ flags: 0xa800, counts: [1, 0, 0, 1] }),
        question(algorithmName, 6),
        record(owner, 250, 255, 0, Buffer.concat([pointer(12), good.subarray(algorithmName.length)])),
      ]),
    ],
  ])("refuses a TSIG record with %s as no message", async (_what, bytes) => {
    expect(await verify(bytes)).toEqual({ kind: "bad", reason: "format", bytes, error: 0 });
    expect(() => findTsig(bytes)).toThrow(DnsFormatError);
  });

  test("refuses every signed message of which one bit was changed, but in the case of its names", async () => {
    const bytes = signed({});
    const tsigAt = message.length;
    const inName = (at: number) => (at > tsigAt && at < tsigAt + 8) || (at > tsigAt + 19 && at < tsigAt + 31);
    for (let bit = 16; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      const at = bit >> 3;
      changed.writeUInt8((changed[at] ?? 0) ^ (1 << (bit & 7)), at);
      const { kind, ...rest } = await verify(changed);
      if (kind === "verified") {
        expect(rest.bytes).toEqual(message);
        expect(inName(at) && (bit & 7) === 5, `bit ${bit}`).toBe(true);
      }
    }
  });

  test("refuses every signed message that is cut short", async () => {
    const bytes = signed({});
    for (let size = 0; size < bytes.length; size++) expect((await verify(bytes.subarray(0, size))).kind).toBe("bad");
  });

  test("verifies whatever was signed, and nothing with another request", async () => {
    const mac = fc.uint8Array({ minLength: 28, maxLength: 64 }).map((array) => Buffer.from(array));
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), mac, mac, async (noise, requestMac, otherMac) => {
        const body = Buffer.concat([header({ counts: [0, 1] }), record(name("a"), 16, 1, 0, Buffer.from(noise))]);
        const { bytes } = await signMessage(body, signer, { time, requestMac });
        expect(await verify(bytes, { requestMac })).toMatchObject({ kind: "verified", bytes: body });
        fc.pre(!requestMac.equals(otherMac));
        expect(await verify(bytes, { requestMac: otherMac })).toMatchObject({ kind: "bad", reason: "mac" });
      }),
    );
  });
});

describe("a signer", () => {
  test("may take its time, and have MACs of any length, as GSS-TSIG does", async () => {
    const slow: Signer = {
      keyName: "1234.sig-ns1.example.test.",
      algorithm: "gss-tsig.",
      sign: async (data) => hmac(data).subarray(0, 28),
      verify: async (data, mac) => mac.equals(hmac(data).subarray(0, 28)),
    };
    const { bytes } = await signMessage(message, slow, { time });
    expect(await verify(bytes, { by: slow })).toMatchObject({ kind: "verified", bytes: message });
    bytes.writeUInt8(3, message.length - 1);
    expect(await verify(bytes, { by: slow })).toMatchObject({ kind: "bad" });
  });

  test("is found for a request by what its TSIG record names", async () => {
    expect(findTsig(message)).toBeUndefined();
    expect(findTsig(signed({ fudge: 60 }))).toEqual({
      keyName: "dma-key.",
      algorithm: "hmac-sha256.",
      time,
      fudge: 60,
      mac: hmac(message, variables({ fudge: 60 })),
      originalId: 0x1234,
      error: 0,
      otherData: nothing,
    });
  });
});
