import "dns-packet";

/** What dns-packet 5.6 has and @types/dns-packet leaves out: how the data of one type of record is written, its length first. */
declare module "dns-packet" {
  interface DataCodec<Data> {
    encode(data: Data): Buffer;
  }
  function record(type: "A" | "AAAA"): DataCodec<string>;
  function record(type: "TXT"): DataCodec<Buffer[]>;
}
