import { randomBytes } from "node:crypto";
import { z } from "zod";

/**
 * Who made a thing, as it is stored beside it: `project/stack/name`, inside a component `project/stack/<parent types>::name`, and
 * after a `#` the generation: which creation of that resource it was. What an older version of this package made has none.
 */
export interface Owner {
  /** Which resource of which stack. */
  name: string;
  generation: string | undefined;
}

/** An owner without its generation, as the sdk gives it. Agents and name servers tell a text with hidden characters otherwise than it was written. */
export const OwnerName: z.ZodString = z
  .string()
  .min(1)
  .regex(/^[^\p{Cc}\p{Cf}\u2028\u2029]*$/u, "expected a resource name without control and formatting characters");

/** The hidden input of every resource, which the sdk adds. */
export const ownerFields = {
  /** @internal Added by the sdk. */
  __owner: OwnerName.optional(),
};

const generationBytes = 6;

/** A creation of its own: two of the same resource never have the same one. */
export const newGeneration = (): string => randomBytes(generationBytes).toString("hex");

/** The text that is stored. Undefined for a resource without an owner, which no class of this package declares. */
export function formatOwner(name: string | undefined, generation: string | null | undefined): string | undefined {
  return name !== undefined && generation ? `${name}#${generation}` : name;
}

export function parseOwner(text: string): Owner {
  const [, name, generation] = /^(.+)#([0-9a-f]{12})$/s.exec(text) ?? [];
  return { name: name ?? text, generation };
}

/** Whether both are the same resource of the same stack, whichever creation of it. */
export const isSameOwner = (one: string, other: string): boolean => parseOwner(one).name === parseOwner(other).name;

/** Whether a later creation of the same resource has taken over what `ours` made. What has no generation was taken over by nobody. */
export function isSuperseded(ours: string, stored: string | null | undefined): boolean {
  if (stored === null || stored === undefined || !isSameOwner(ours, stored)) return false;
  const { generation } = parseOwner(stored);
  return generation !== undefined && generation !== parseOwner(ours).generation;
}

/** Whether both are resources of the same stack. An owner that names no organization may be of any. */
export function isSameStack(one: string, other: string): boolean {
  const [ours, theirs] = [stackOf(one), stackOf(other)];
  if (ours.stack !== theirs.stack || ours.project !== theirs.project) return false;
  return ours.organization === undefined || theirs.organization === undefined || ours.organization === theirs.organization;
}

/** What the program calls the resource, and the types of the components that it stands in, outermost first. */
export function resourceOf(owner: string): { name: string; parents: string | undefined } {
  const { rest } = stackOf(owner);
  // A type has a colon, so that a name with two of them is not taken for one inside a component.
  for (let at = rest.indexOf("::"); at >= 0; at = rest.indexOf("::", at + 2)) {
    const parents = rest.slice(0, at);
    if (parents.includes(":")) return { name: rest.slice(at + 2), parents };
  }
  return { name: rest, parents: undefined };
}

function stackOf(owner: string) {
  const [first = "", stack = "", ...rest] = parseOwner(owner).name.split("/");
  const at = first.lastIndexOf("@");
  return { organization: at < 0 ? undefined : first.slice(0, at), project: first.slice(at + 1), stack, rest: rest.join("/") };
}

/** How a program says that a resource was renamed or moved, when what stands is stored as another resource of its own stack. */
export function aliasCure(stored: string, declared: string): string {
  const [was, is] = [resourceOf(stored), resourceOf(declared)];
  const parent = was.parents === undefined ? "pulumi.rootStackResource" : `<the ${was.parents.split("$").at(-1)} that it was in>`;
  const alias = [
    ...(was.name === is.name ? [] : [`name: "${was.name}"`]),
    ...(was.parents === is.parents ? [] : [`parent: ${parent}`]),
  ].join(", ");
  return `If the resource was renamed or moved in the program, set aliases: [{ ${alias} }] in its options.`;
}

/** Why a delete leaves something. Where this run does not replace it by itself, the later creation may be in no state: its run was killed. */
export function takenOver({ isReplacement }: { isReplacement: boolean }): string {
  const said = "a later creation of this resource has taken it over.";
  return isReplacement ? said : `${said} If its run was killed, so that no state has it, run \`pulumi up\`, then \`pulumi destroy\` again.`;
}
