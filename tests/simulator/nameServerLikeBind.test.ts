import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { classes, types } from "../../provider/dns/constants.js";
import type { Message } from "../../provider/dns/message.js";
import { encodeRdata, type RecordType } from "../../provider/dns/rdata.js";
import { hmacSigner, type Signer } from "../../provider/dns/signer.js";
import type { WireRecord } from "../../provider/dns/wireRecord.js";
import { NameServer } from "../../simulator/index.js";
import { transfer } from "../support/nameServers/dig.js";
import { type NameServer as RealServer, startNameServer } from "../support/nameServers/nameServer.js";
import { type Answered, ask, deleteName, deleteRRset, query, update, zone } from "./nameServers.js";

let bind: RealServer;
let simulated: NameServer;
let signer: Signer;

beforeAll(async () => {
  bind = await startNameServer("bind", { address: "127.53.30.1" });
  const { writer } = bind.keys;
  simulated = await NameServer.start({ zones: [zone], keys: [writer] });
  signer = hmacSigner({ ...writer, secret: Buffer.from(writer.secret, "base64") });
});

afterAll(async () => {
  await simulated?.close();
  await bind?.stop();
});

const owners = [zone, "a", "b", "c.b", "e.d", "*.w", "x.w", "*"].map((name) => (name === zone ? zone : `${name}.${zone}`));
const asked = [...owners, ...["d", "w", "y.w", "z.y.w", "nope", "q.c.b", "f.a"].map((name) => `${name}.${zone}`)];

const data: Record<RecordType, readonly string[]> = {
  A: ["10.0.0.1", "10.0.0.2"],
  AAAA: ["fd00::1", "fd00::2"],
  TXT: ['"one"', '"two"'],
  CNAME: ["a.skyline.local", "c.b.skyline.local"],
  NS: ["ns1.test", "ns2.test"],
  PTR: [],
};

const none = Buffer.alloc(0);
const owner = fc.constantFrom(...owners);
const record = owner.chain((name) =>
  fc.constantFrom<RecordType[]>("A", "AAAA", "TXT", "CNAME", ...(name === zone ? ["NS" as const] : [])).chain((type) =>
    fc.record({
      name: fc.constant(name),
      type: fc.constant(types[type]),
      class: fc.constant<number>(classes.IN),
      ttl: fc.constantFrom(60, 300),
      rdata: fc.constantFrom(...data[type]).map((text) => encodeRdata(type, text)),
    }),
  ),
);
const withClass = (kind: number) => record.map((each): WireRecord => ({ ...each, class: kind, ttl: 0 }));
const withoutData = (kind: number, type?: number) =>
  record.map((each): WireRecord => ({ ...each, type: type ?? each.type, class: kind, ttl: 0, rdata: none }));

const prerequisite = fc.oneof(
  withClass(classes.IN),
  ...[classes.ANY, classes.NONE].flatMap((kind) => [withoutData(kind), withoutData(kind, types.ANY)]),
);
const change = fc.oneof(
  { weight: 4, arbitrary: record as fc.Arbitrary<WireRecord> },
  { weight: 1, arbitrary: withClass(classes.NONE) },
  { weight: 1, arbitrary: withoutData(classes.ANY) },
  { weight: 1, arbitrary: withoutData(classes.ANY, types.ANY) },
);
const flaw = change.chain((each) =>
  fc.constantFrom<WireRecord[]>(
    { ...each, name: "a.example.com." },
    { ...each, ttl: 5, class: classes.ANY },
    { ...each, ttl: 5, class: classes.NONE },
    { ...each, class: classes.CH },
  ),
);

// BIND looks for flaws before it looks at prerequisites and RFC 2136 3 afterwards, so no message has both.
const message: fc.Arbitrary<Message> = fc.oneof(
  { weight: 3, arbitrary: fc.array(change, { minLength: 1, maxLength: 4 }).map((changes) => update(changes)) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.array(change, { maxLength: 3 }), fc.array(prerequisite, { minLength: 1, maxLength: 2 }))
      .map(([changes, prerequisites]) => update(changes, prerequisites)),
  },
  { weight: 1, arbitrary: fc.tuple(fc.array(change, { maxLength: 2 }), flaw).map(([changes, flawed]) => update([...changes, flawed])) },
);

const both = (what: Message, who: Signer | null = signer): Promise<[Answered, Answered]> =>
  Promise.all([ask(bind as unknown as NameServer, what, { signer: who }), ask(simulated, what, { signer: who })]);

async function serials(): Promise<[number, number]> {
  const [theirs, ours] = await both(query(zone, "SOA"));
  const serial = ({ message: { answers } }: Answered) => answers[0]?.rdata.readUInt32BE(answers[0].rdata.length - 20) ?? 0;
  return [serial(theirs), serial(ours)];
}

/** Nothing but SOA and one NS, which is the same on both. */
async function clear(): Promise<void> {
  const ns: WireRecord = { name: zone, type: types.NS, class: classes.IN, ttl: 300, rdata: encodeRdata("NS", "ns1.test") };
  const others = ["ns2.test", "ns.test", "ns1.name-server.test"].map(
    (text): WireRecord => ({
      ...ns,
      class: classes.NONE,
      ttl: 0,
      rdata: encodeRdata("NS", text),
    }),
  );
  await both(update([...owners.map(deleteName), deleteRRset(zone, "NS"), ns, ...others]));
}

const shown = ({ rcode, authoritative, answers, authorities, message: { answers: records } }: Answered) => ({
  rcode,
  authoritative,
  answers: [...answers].sort(),
  // The simulated server lists no NS beside an answer, and its SOA is another one.
  authorities: records.length > 0 ? [] : authorities.map((line) => line.replace(/^(\S+) \d+ SOA$/, "$1 SOA")),
});

test("whatever is asked and changed, the simulated name server does what BIND does", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 12 }), async (messages) => {
      await clear();
      for (const each of messages) {
        const before = await serials();
        const [theirs, ours] = await both(each);
        expect(ours.rcode).toBe(theirs.rcode);
        const after = await serials();
        expect(after[1] !== before[1], "the serial has grown").toBe(after[0] !== before[0]);
      }
      const held = simulated
        .zone(zone)
        .records()
        .map(({ name, ttl, type, data: text }) => `${name} ${ttl} ${type} ${text}`);
      expect(held.sort()).toEqual(await transfer(bind, zone));
      for (const name of asked) {
        for (const type of ["A", "TXT", "CNAME", "NS"]) {
          const [theirs, ours] = await both(query(name, type), null);
          expect(shown(ours), `${name} ${type}`).toEqual(shown(theirs));
        }
      }
    }),
    { numRuns: 20 },
  );
});
