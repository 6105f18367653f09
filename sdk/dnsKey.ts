import * as pulumi from "@pulumi/pulumi";

/** A literal secret of a key becomes a secret, whether it was given as one or not. A key that is an output as a whole is its program's. */
export function asSecretKey<Dns extends { key?: unknown }>(dns: Dns): Dns {
  const { key } = dns;
  if (typeof key !== "object" || key === null || pulumi.Output.isInstance(key) || !("secret" in key)) return dns;
  return { ...dns, key: { ...key, secret: pulumi.secret(key.secret) } };
}
