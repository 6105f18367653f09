import { isSameStack } from "./owner.js";

/**
 * What the program of this run declares, as check is told. The engine starts a process for each preview and each update, and tells
 * create and delete nothing of one another: that a resource is being replaced, or that another one stands for the same thing now,
 * is known from here alone.
 */
export class Declarations {
  private readonly existing = new Set<string>();
  private readonly declared = new Map<string, Set<string>>();
  private readonly replacing = new Set<string>();

  /** Check was given the inputs of something that is in state. */
  addExisting(id: string, owner: string | undefined): void {
    if (owner !== undefined) this.existing.add(keyOf(id, owner));
  }

  /** Check was given what the program declares; `isFirst`: without old inputs, so it is to be created. */
  add(id: string, owner: string | undefined, isFirst: boolean): void {
    if (owner === undefined) return;
    this.declared.set(id, (this.declared.get(id) ?? new Set()).add(owner));
    if (isFirst && this.existing.has(keyOf(id, owner))) this.replacing.add(keyOf(id, owner));
  }

  /** Whether the creation that was declared is one of something that exists already in state. */
  isReplacement(id: string, owner: string | undefined): boolean {
    return owner !== undefined && this.replacing.has(keyOf(id, owner));
  }

  /** Whether the program still declares what is to be deleted: anew, or by another resource of the same stack. */
  isReplaced(id: string, owner: string | undefined): boolean {
    if (owner === undefined) return false;
    const others = [...(this.declared.get(id) ?? [])].filter((other) => other !== owner && isSameStack(other, owner));
    return others.length > 0 || this.isReplacement(id, owner);
  }
}

const keyOf = (id: string, owner: string): string => JSON.stringify([id, owner]);
