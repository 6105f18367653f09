import type { Resource } from "../provider/core/resource.js";
import { resources } from "../provider/index.js";

type Registered = (typeof resources)[keyof typeof resources];
export type ResourceKind = Registered["drift"]["kind"];
/** A resource of the registry, whichever it is. */
export type AnyResource = Resource<object, ResourceKind>;

/** In the order in which reports list them. */
export const everyResource: readonly AnyResource[] = Object.values(resources);

/** By its type token in a state, whatever the program calls it; undefined: none of ours. */
export const resourceOfToken = (type: string): AnyResource | undefined => everyResource.find(({ token }) => token === type);

/** What people call a result of this kind. */
export const kindText = (kind: string): string => everyResource.find(({ drift }) => drift.kind === kind)?.drift.text ?? kind;

/** A list of an inventory. */
export interface InventoryList {
  list: string;
  resource: AnyResource;
}

export const inventoryLists: readonly InventoryList[] = everyResource.flatMap((resource) =>
  resource.inventory ? [{ list: resource.inventory.list, resource }] : [],
);
