import { z } from "zod";
import type { Context } from "../../provider/core/context.js";
import { RefusedError } from "../../provider/core/errors.js";
import { Timeouts } from "../../provider/core/fields.js";
import type { Failure } from "../../provider/core/inputs.js";
import { defineResource } from "../../provider/core/lifecycle.js";
import { keepSecret } from "../../provider/core/redaction.js";
import type { Handler, Resource } from "../../provider/core/resource.js";
import { sameValue } from "../../provider/core/values.js";

/** What really stands somewhere, changed by the provider or behind its back. */
export interface Lamp {
  name: string;
  title?: string;
  brightness: number;
  colour?: string;
  beam?: { width: number };
  owner: string | undefined;
  power: string;
  hours?: number;
}

/** The world of the fake resource: its lamps by socket, everything that was done to it, and what goes wrong on the way. */
export class World {
  readonly lamps = new Map<string, Lamp>();
  readonly log: string[] = [];
  /** Thrown by the next calls of that kind; a thrower may first do something. */
  readonly faults: { [act in "observe" | "write" | "wait" | "verify" | "remove" | "preview"]?: () => never } = {};
  previewed: Failure[] = [];
  /** The latest call's. */
  context: Context | undefined;

  act(act: keyof World["faults"], what: string): void {
    this.log.push(what);
    this.faults[act]?.();
  }
}

export const LampInputs = z.strictObject({
  /** Where it is plugged in: another socket is another lamp. It cannot be asked of the lamp, so it is recorded. */
  socket: z.string().min(1),
  /** Engraved: it cannot be changed. */
  name: z.string().overwrite((text) => text.toLowerCase()),
  title: z.string().optional(),
  brightness: z.int().min(1).default(5),
  colour: z.string().optional(),
  beam: z.strictObject({ width: z.int().min(1) }).optional(),
  host: z.string(),
  token: z.string().min(1).optional(),
  timeouts: Timeouts.optional(),
  __owner: z.string().optional(),
});
type LampInputs = z.infer<typeof LampInputs>;

interface Observed extends Pick<LampInputs, "name" | "title" | "brightness" | "colour" | "beam"> {
  owner: string | undefined;
  power: string;
  hours: number | undefined;
}

/** A resource as small as one can be that uses everything `defineResource` has. */
export function lampIn(world: World): Resource<LampInputs> {
  const look = (inputs: LampInputs): Observed | undefined => {
    const lamp = world.lamps.get(inputs.socket);
    return lamp && { ...lamp, hours: lamp.hours };
  };

  return defineResource<typeof LampInputs, Observed>({
    type: "Lamp",
    drift: { kind: "lamp" },
    inputs: LampInputs,
    complete: (inputs) => ({ ...inputs, title: inputs.title ?? inputs.name }),
    outputs: z.object({ power: z.string(), hours: z.number().optional() }),
    recorded: ["socket", "host", "token", "timeouts"],
    replaces: (recorded, { socket }) => (socket !== undefined && socket !== recorded.socket ? ["socket"] : []),
    fixed: (before, after) =>
      before.name !== undefined && after.name !== undefined && before.name !== after.name
        ? [{ property: "name", reason: `${before.name} is engraved. Take another lamp.` }]
        : [],
    timeouts: { create: 60_000, update: 50_000, delete: 40_000 },
    id: (inputs) => `${inputs.socket}/${inputs.name}`,
    preview: async (_inputs, context) => {
      world.context = context;
      world.act("preview", "preview");
      return world.previewed;
    },
    observe: async (inputs, context) => {
      if (inputs.token) keepSecret(inputs.token);
      world.context = context;
      world.act("observe", `observe at ${inputs.host}`);
      return look(inputs);
    },
    claim: (inputs, observed) => {
      if (observed.owner === inputs.__owner) return;
      throw new RefusedError("FOREIGN_PAIR", `Creating lamp ${inputs.name}: it belongs to ${observed.owner}. Take another socket.`);
    },
    converge: async (inputs, observed, context) => {
      const wanted = { ...observed, ...inputs, owner: inputs.__owner };
      if (!observed || ["brightness", "colour", "beam", "owner"].some((key) => !same(wanted, observed, key))) {
        context.progress("turning it");
        await context.write(async () => {
          world.act("write", `write ${JSON.stringify({ brightness: inputs.brightness, colour: inputs.colour })}`);
          const { name, title, brightness, colour, beam, __owner: owner } = { ...observed, ...inputs };
          world.lamps.set(inputs.socket, {
            power: "on",
            name,
            ...(title ? { title } : {}),
            brightness,
            ...(colour ? { colour } : {}),
            ...(beam ? { beam } : {}),
            owner,
          });
        });
      }
      if (inputs.brightness > 100) context.warn(`brightness ${inputs.brightness} is very bright.`);
      world.act("wait", "wait");
      return look(inputs) as Observed;
    },
    verify: async (inputs, _recorded, context) => {
      world.context = context;
      world.act("verify", `verify at ${inputs.host}`);
    },
    differences: (_, { power }) => (power === "broken" ? [{ property: "power", declared: "on", live: power }] : []),
    remove: async (recorded, context) => {
      world.context = context;
      world.act("remove", `remove ${recorded.name} at ${recorded.host}`);
      world.lamps.delete(recorded.socket);
    },
  });
}

const same = (one: object, other: object, key: string) =>
  sameValue((one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key]);

/** As a program declares it; `__provider` is what the sdk adds. */
export const declared = {
  socket: "wall",
  name: "Desk",
  brightness: 7,
  host: "10.0.0.1",
  __owner: "project/stack/desk",
  __provider: 'exports.handler=()=>require("lamps").lamp',
};

/** A write that was answered with no, before anything was done. */
export class WriteRefused extends Error {
  readonly nothingDone = true;
}

export const throwing = (error: unknown) => (): never => {
  throw error;
};

/** One step as the engine takes it: check, then create with what check returned. */
export async function created(lamp: Handler, changes: object = {}) {
  const { inputs, failures } = await lamp.check({}, { ...declared, ...changes });
  if (failures.length > 0) throw new Error(JSON.stringify(failures));
  const { id, outs } = await lamp.create({ ...inputs, __provider: declared.__provider });
  return { id, outs, inputs };
}
