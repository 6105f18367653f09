import { RefusedError } from "../core/errors.js";
import type { PutSettings } from "./contract.js";

/** A change of an Agent's settings, ready to be written. */
export interface SettingsChange {
  dataMinerId: number;
  body: PutSettings;
}

interface Wanted {
  /** The class of the resource, for the error. */
  resource: string;
  /** The Agent's corporate address, for the error. */
  address: string;
  dataMinerId: number | null | undefined;
  owner: string | undefined;
  /** The owner that the settings were last written as. */
  ownerBefore: string | undefined;
  settings: PutSettings["settings"];
}

/** What to write for an owner, who may have been renamed; an Agent remembers it by owner and DataMiner ID, so both must be known. */
export function settingsChange({ resource, address, dataMinerId, owner, ownerBefore, settings }: Wanted): SettingsChange {
  if (owner === undefined || dataMinerId === null || dataMinerId === undefined) {
    const seen =
      owner === undefined
        ? `the resource has no owner. Declare it with the class ${resource} of this package.`
        : "it has no DataMiner ID. Give it its licence and its ID first.";
    throw new RefusedError("SETTINGS_REFUSED", `Changing settings of Agent ${address}: ${seen}`);
  }
  return { dataMinerId, body: { owner, previousOwner: ownerBefore === owner ? null : (ownerBefore ?? null), settings } };
}
