import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { generate, type SubjectAltNameEntry } from "selfsigned";

export interface Certificate {
  key: string;
  cert: string;
  subjectAltNames: string[];
  notAfter: string;
}

/** An authority that lives as long as the simulator does. */
export interface Authority {
  caPem: string;
  issue(names: readonly string[]): Promise<Certificate>;
}

/** Elliptic curves: RSA keys would take a second each. */
const keys = { keyType: "ec", curve: "P-256", algorithm: "sha256" } as const;

export async function makeAuthority(): Promise<Authority> {
  const made = await generate([{ name: "commonName", value: "DataMiner Failover simulator CA" }], {
    ...keys,
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const ca = { key: made.private, cert: made.cert };
  return {
    caPem: made.cert,
    issue: async (names) => {
      const issued = await generate([{ name: "commonName", value: names[0] ?? "agent" }], {
        ...keys,
        ca,
        extensions: [
          { name: "basicConstraints", cA: false, critical: true },
          { name: "keyUsage", digitalSignature: true, critical: true },
          { name: "extKeyUsage", serverAuth: true },
          { name: "subjectAltName", altNames: names.map(altName) },
        ],
      });
      const notAfter = new Date(new X509Certificate(issued.cert).validTo).toISOString();
      return { key: issued.private, cert: issued.cert, subjectAltNames: [...names], notAfter };
    },
  };
}

const altName = (name: string): SubjectAltNameEntry => (isIP(name) ? { type: 7, ip: name } : { type: 2, value: name });
