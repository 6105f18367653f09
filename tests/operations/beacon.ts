import { z } from "zod";
import { Connection } from "../../provider/agent/connection.js";
import { defineResource } from "../../provider/core/lifecycle.js";
import { OwnerName } from "../../provider/core/owner.js";

/** What shines, by its name: the live side of the toy. */
export const shining = new Map<string, { colour: string; broken: boolean }>();

const BeaconInputs = z.strictObject({
  title: z.string(),
  left: Connection,
  right: Connection,
  colour: z.enum(["red", "green"], "expected red or green"),
  __owner: OwnerName.optional(),
});

interface ObservedBeacon {
  title: string;
  colour: string;
  broken: boolean;
}

/** A toy that two Agents stand behind, in one definition; the registry's line is all that the house is told of it. */
export const beacon = defineResource<typeof BeaconInputs, ObservedBeacon, "beacon", "beacons">({
  type: "Beacon",
  drift: { kind: "beacon" },
  members: { arePair: true, of: ({ left, right }) => ({ main: left, backup: right }) },
  inventory: {
    list: "beacons",
    conflicts: (beacons) =>
      beacons.flatMap(({ inputs: { title } }, entry) => {
        const first = beacons.findIndex(({ inputs }) => inputs.title === title);
        return first === entry ? [] : [{ entry, property: "title", reason: `${title} shines at ${beacons[first]?.name} already.` }];
      }),
  },
  inputs: BeaconInputs,
  outputs: z.object({ broken: z.boolean() }),
  recorded: ["left", "right"],
  timeouts: { create: 1_000, update: 1_000, delete: 1_000 },
  id: ({ title }) => title,
  observe: async ({ title }) => {
    const seen = shining.get(title);
    return seen && { title, ...seen };
  },
  converge: async ({ title, colour }) => {
    shining.set(title, { colour, broken: false });
    return { title, colour, broken: false };
  },
  differences: (_, { broken }) => (broken ? [{ property: "glass", at: "lens 1", declared: "whole", live: "broken" }] : []),
  remove: async ({ title }) => {
    shining.delete(title);
  },
});
