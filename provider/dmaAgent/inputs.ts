import { z } from "zod";
import { connectionFields, connectionRules, withAddress } from "../agent/connection.js";
import { Timers } from "../agent/snapshotSchema.js";
import { Timeouts } from "../core/fields.js";
import { ownerFields } from "../core/owner.js";

/** A set of interface indexes in its one spelling. */
export function inOrder(indexes: number[]): number[] {
  return [...new Set(indexes)].sort((one, other) => one - other);
}

/** MaintenanceSettings.xml has FailoverMaxStartupTime in minutes, unlike the other timers. */
const wholeMinutes = "expected whole minutes, because DataMiner stores FailoverMaxStartupTime in minutes: a multiple of 60, as in 900.";

const settingsFields = {
  /** Seconds after which a previously online Agent that starts no longer counts as starting; whole minutes. Product default: 900. */
  maxStartupSeconds: Timers.shape.maxStartupSeconds.refine((seconds) => seconds < 0 || seconds % 60 === 0, wholeMinutes).optional(),
  /** Seconds that a manual switch waits for the other Agent to go offline. Product default: 600. */
  maxWaitForOfflineSeconds: Timers.shape.maxWaitForOfflineSeconds.optional(),
  /** Seconds that an Agent going online waits for the virtual IP address to be free. Product default: 120. */
  maxWaitForVirtualIpSeconds: Timers.shape.maxWaitForVirtualIpSeconds.optional(),
  /** Failed pings in a row after which a virtual IP address counts as free. Product default: 3. */
  pingFailuresBeforeVirtualIpIsFree: Timers.shape.pingFailuresBeforeVirtualIpIsFree.optional(),
  /** 1-based indexes of the interfaces that must be enabled to go online; empty for none. Product default: [1]. */
  interfacesRequiredToGoOnline: Timers.shape.interfacesRequiredToGoOnline.overwrite(inOrder).optional(),
};
type SettingsShape = typeof settingsFields;
export interface SettingsFields extends SettingsShape {}
const Settings: z.ZodObject<SettingsFields, z.core.$strict> = z.strictObject(settingsFields);

const dmaAgentFields = {
  /** Expected DataMiner ID. Another one is an error at create; later it is drift that `pulumi up` cannot repair. */
  dataMinerId: z.int().min(1).optional(),
  /** Expected version, full build included: `"10.5.4.0-15588"`. Another one is treated like another `dataMinerId`. */
  version: z.string().min(1).optional(),
  /** Failover timers of this Agent, in MaintenanceSettings.xml. A timer that is left out is not managed. */
  settings: Settings.optional(),
  /** How long create, update and delete may take, as in `"90s"`, `"30m"`, `"4h"`. Default: 2m each. */
  timeouts: Timeouts.optional(),
  ...ownerFields,
};
type DmaAgentShape = typeof connectionFields & typeof dmaAgentFields;
export interface DmaAgentFields extends DmaAgentShape {}

export const DmaAgentInputs: z.ZodObject<DmaAgentFields, z.core.$strict> = z
  .strictObject({ ...connectionFields, ...dmaAgentFields })
  .superRefine((inputs, context) => {
    connectionRules(withAddress(inputs), (path, message) => context.addIssue({ code: "custom", path: [path], message }));
  });
export type DmaAgentInputs = z.infer<typeof DmaAgentInputs>;
export type DmaAgentDeclared = z.input<typeof DmaAgentInputs>;
