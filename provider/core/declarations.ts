import { isSameStack } from "./owner.js";

/**
 * What the program of this run declares, as check and create are told. The engine starts a process for each preview and each update,
 * and tells a verb nothing of the others: that a resource is being replaced, or that another one stands for the same thing now, is
 * known from here alone.
 */
export class Declarations {
  private readonly existing = new Set<string>();
  private readonly firsts = new Set<string>();
  private readonly created = new Map<string, string>();
  private readonly declared = new Map<string, Set<string>>();

  /** Check was given the inputs of something that is in state. */
  addExisting(id: string, owner: string | undefined): void {
    if (owner !== undefined) this.existing.add(keyOf(id, owner));
  }

  /** Check was given what the program declares; `isFirst`: without old inputs, so it is to be created. */
  add(id: string, owner: string | undefined, isFirst: boolean): void {
    if (owner === undefined) return;
    this.declared.set(id, (this.declared.get(id) ?? new Set()).add(owner));
    if (isFirst) this.firsts.add(keyOf(id, owner));
  }

  /** Create makes it now, as this generation. */
  addCreated(id: string, owner: string | undefined, generation: string): void {
    if (owner !== undefined) this.created.set(keyOf(id, owner), generation);
  }

  /**
   * Whether the creation that was declared is one of something that is in state. Of a replacement that a person asks for
   * (`--replace`) check is not told.
   */
  isReplacement(id: string, owner: string | undefined): boolean {
    return owner !== undefined && this.existing.has(keyOf(id, owner)) && this.firsts.has(keyOf(id, owner));
  }

  /** Whether what is to be deleted, of this generation, is being replaced: it was made anew, or is to be. */
  isMadeAnew(id: string, owner: string | undefined, generation: string | null): boolean {
    const created = owner === undefined ? undefined : this.created.get(keyOf(id, owner));
    return created === undefined ? this.isReplacement(id, owner) : created !== generation;
  }

  /** Whether another resource of the same stack stands for the same thing. */
  isDeclaredElsewhere(id: string, owner: string | undefined): boolean {
    if (owner === undefined) return false;
    return [...(this.declared.get(id) ?? [])].some((other) => other !== owner && isSameStack(other, owner));
  }
}

const keyOf = (id: string, owner: string): string => JSON.stringify([id, owner]);
