import { setImmediate } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
import { types } from "../../provider/dns/constants.js";
import { DnsFormatError } from "../../provider/dns/errors.js";
import { decodeMessage, encodeMessage } from "../../provider/dns/message.js";
import { formatRdata } from "../../provider/dns/rdata.js";
import { hmacSigner } from "../../provider/dns/signer.js";
import { signMessage, verifyMessage } from "../../provider/dns/tsig.js";
import { updateMessage } from "../../provider/dns/update.js";
import { isThorough } from "../support/suites.mjs";
import { mutate, seeded } from "./mutations.js";
import { header, labels, name, pointer, question, record, u16 } from "./wire.js";

const time = 1_700_000_000;
const id = 0x1234;
/** Each response answers a request of its own: spliced whole from another one it is no less a forgery. */
const requestMacOf = (kind: string) => Buffer.alloc(32, kind);
const signer = hmacSigner({ name: "dma-key", secret: Buffer.from("a secret that both sides know") });
const inEachRun = isThorough ? 50_000 : 2_000;
/** Between two of them the event loop has its turn. */
const inOneGo = 500;

const owner = pointer(12);
const responses: Record<string, Buffer> = {
  "an answer with compressed names": Buffer.concat([
    header({ id, counts: [1, 5, 1, 1] }),
    question(name("dma-main.skyline.local"), types.A), // skyline at 21
    record(owner, types.A, 1, 60, Buffer.from([10, 10, 10, 1])),
    record(owner, types.AAAA, 1, 60, Buffer.alloc(16, 1)),
    record(owner, types.PTR, 1, 60, Buffer.concat([labels("dma-backup"), pointer(21)])),
    record(owner, types.SRV, 1, 60, Buffer.concat([Buffer.alloc(6), labels("srv"), pointer(21)])),
    record(owner, types.TXT, 1, 60, Buffer.from("\x05hello\x00")),
    record(pointer(21), types.SOA, 1, 60, Buffer.concat([labels("ns"), pointer(21), labels("mail"), pointer(21), Buffer.alloc(20)])),
    record(Buffer.alloc(1), types.OPT, 1232, 0, Buffer.concat([u16(10), u16(8), Buffer.alloc(8, 3)])),
  ]),
  "an answer to an update": Buffer.concat([header({ id, flags: 0xa800, counts: [1] }), question(name("skyline.local"), types.SOA)]),
  "an answer to an update that it echoes": encodeMessage({
    ...updateMessage(
      {
        zone: "skyline.local",
        prerequisites: [
          { kind: "rrsetIs", name: "dma-main.skyline.local", type: "A", data: ["10.10.10.1", "10.10.10.5"] },
          { kind: "rrsetAbsent", name: "dma-main.skyline.local", type: "CNAME" },
        ],
        changes: [
          { kind: "deleteRRset", name: "dma-main.skyline.local", type: "A" },
          { kind: "add", name: "dma-main.skyline.local", type: "PTR", ttl: 60, data: "dma-virtual.skyline.local" },
        ],
      },
      id,
    ),
    isResponse: true,
    rcode: 8,
  }),
  "a refusal": header({ id, flags: 0xa805 }),
  "a name server that stands elsewhere": Buffer.concat([
    header({ id, counts: [1, 0, 1, 1] }),
    question(name("www.sub.skyline.local"), types.SOA), // sub at 16
    record(pointer(16), types.NS, 1, 60, Buffer.concat([labels("ns"), pointer(16)])),
    record(Buffer.concat([labels("ns"), pointer(16)]), types.A, 1, 60, Buffer.from([10, 0, 0, 1])),
  ]),
};
const signed: Record<string, Buffer> = {};
beforeAll(async () => {
  for (const [kind, bytes] of Object.entries(responses)) {
    signed[kind] = (await signMessage(bytes, signer, { time, requestMac: requestMacOf(kind) })).bytes;
  }
});

/** Reads everything that a client would read. Anything but DnsFormatError leaves it. */
function isReadable(bytes: Buffer): boolean {
  try {
    const { answers, authorities, additionals } = decodeMessage(bytes);
    for (const { type, rdata } of [...answers, ...authorities, ...additionals]) formatRdata(type, rdata);
    return true;
  } catch (error) {
    if (error instanceof DnsFormatError) return false;
    throw error;
  }
}

async function eachMutation(originals: Buffer[], seed: number, look: (bytes: Buffer, original: Buffer) => void | Promise<void>) {
  const random = seeded(seed);
  for (let done = 0; done < inEachRun; ) {
    const original = originals[0] ?? Buffer.alloc(0);
    const bytes = mutate(original, random, originals[1 + (done % (originals.length - 1))] ?? original);
    if (bytes.equals(original)) continue;
    try {
      await look(bytes, original);
    } catch (error) {
      throw new Error(`Mutation ${done} of seed ${seed}, ${bytes.toString("hex")}`, { cause: error });
    }
    if (++done % inOneGo === 0) await setImmediate();
  }
}

const kinds = Object.keys(responses);
const first = (kind: string, all: Record<string, Buffer>) => [all[kind]!, ...Object.values(all).filter((bytes) => bytes !== all[kind])];

test.each(kinds)("%s, unsigned, is read or refused whatever becomes of its bytes", async (kind) => {
  let readable = 0;
  expect(isReadable(responses[kind]!)).toBe(true);
  await eachMutation(first(kind, responses), kinds.indexOf(kind) + 1, async (bytes) => {
    if (isReadable(bytes)) readable++;
    const { kind: found } = await verifyMessage(bytes, signer, { time, requestMac: requestMacOf(kind) });
    if (found === "verified") throw new Error("It was taken for signed.");
  });
  // Neither all nor nothing: the mutations reach behind the first check.
  expect(readable).toBeGreaterThan(inEachRun / 50);
  expect(readable).toBeLessThan(inEachRun);
});

test.each(kinds)("%s, signed, is never taken after a change", async (kind) => {
  const genuine = responses[kind]!;
  const reasons = new Set<string>();
  expect(await verifyMessage(signed[kind]!, signer, { time, requestMac: requestMacOf(kind) })).toMatchObject({
    kind: "verified",
    bytes: genuine,
  });
  await eachMutation(first(kind, signed), kinds.indexOf(kind) + 101, async (bytes, original) => {
    isReadable(bytes);
    const found = await verifyMessage(bytes, signer, { time, requestMac: requestMacOf(kind) });
    if (found.kind === "bad") reasons.add(found.reason);
    if (found.kind !== "verified") return;
    // Two changes are none: the case of the key's and the algorithm's name (RFC 8945 4.3.3), and the id of the header, which forwarders
    // change (5.5) and a client compares before anything else.
    const sameIdAgain = Buffer.concat([original.subarray(0, 2), bytes.subarray(2)]);
    const isSame = sameIdAgain.toString("latin1").toLowerCase() === original.toString("latin1").toLowerCase();
    if (!isSame || !found.bytes.equals(genuine)) throw new Error("It was taken for what was signed.");
  });
  expect(reasons).toEqual(new Set(["format", "key", "algorithm", "mac", "truncatedMac"]));
});
