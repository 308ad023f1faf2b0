/**
 * `requestState`: what a client has to bring back so that its retry reaches the call that waits for it
 * (MCP 2026-07-28, basic/patterns/mrtr, "Server Requirements"). Sealed, so that a client can neither
 * read nor make one, and bound to the key, the method and the parameters that it was given for.
 */
import { createCipheriv, createDecipheriv, hash, hkdfSync } from 'node:crypto';
import type { JsonObject } from '@remit/contracts';
import canonicalize from 'canonicalize';
import { without } from '../without.ts';

export interface RequestState {
  /** The live call, and which of its rounds this state ends. */
  call: string;
  round: number;
  keyId: string;
  method: string;
  /** Digest of the parameters without `_meta` and what a retry adds. */
  params: string;
  /** Milliseconds since the epoch. */
  expires: number;
}

const version = 'r1';
const tagBytes = 16;
const nonceBytes = 12;
const stateLengthMax = 2048;

export class StateSealer {
  /** Names the gateway that holds the live call; in clear, so that others can hand a request on. */
  readonly #instance: string;
  readonly #key: Buffer;
  #sealed = 0n;

  /** The key is this instance's own, so a counter never gives the same nonce twice. */
  constructor(secret: Uint8Array, instance: string) {
    this.#instance = instance;
    this.#key = Buffer.from(hkdfSync('sha256', secret, instance, 'remit requestState', 32));
  }

  seal(state: RequestState): string {
    const nonce = Buffer.alloc(nonceBytes);
    nonce.writeBigUInt64BE(++this.#sealed, nonceBytes - 8);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(this.#associated());
    const sealed = Buffer.concat([
      nonce,
      cipher.update(JSON.stringify(state)),
      cipher.final(),
      cipher.getAuthTag(),
    ]);
    return `${version}.${this.#instance}.${sealed.toString('base64url')}`;
  }

  /** Undefined for anything that this instance did not seal. */
  open(text: string): RequestState | undefined {
    const [format, instance, body, ...rest] = text.length > stateLengthMax ? [] : text.split('.');
    if (format !== version || instance !== this.#instance || body === undefined || rest.length > 0)
      return undefined;
    const sealed = Buffer.from(body, 'base64url');
    if (sealed.length < nonceBytes + tagBytes || sealed.toString('base64url') !== body) return undefined;
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, sealed.subarray(0, nonceBytes));
      decipher.setAAD(this.#associated()).setAuthTag(sealed.subarray(-tagBytes));
      const plain = Buffer.concat([
        decipher.update(sealed.subarray(nonceBytes, -tagBytes)),
        decipher.final(),
      ]);
      return JSON.parse(plain.toString()) as RequestState;
    } catch {
      // The tag does not fit: made by somebody else, or changed on the way. Both are the same to us.
      return undefined;
    }
  }

  #associated(): Buffer {
    return Buffer.from(`${version}.${this.#instance}`);
  }
}

/** The digest that tells whether a retry is the same request (RFC 8785 form, SHA-256). */
export function paramsDigest(params: JsonObject): string {
  const salient = without(params, ['_meta', 'inputResponses', 'requestState']);
  return hash('sha256', canonicalize(salient) ?? '', 'base64url');
}
