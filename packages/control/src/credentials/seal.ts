/**
 * Sealing of credentials: AES-256-GCM (NIST SP 800-38D) under a key derived from the workspace key.
 * The name is authenticated with the value, so that a stored value cannot be moved to another name.
 * Layout: version (1 byte, 1) ‖ nonce (12) ‖ tag (16) ‖ ciphertext.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { Fault } from '@remit/contracts';

const version = 1;
const nonceBytes = 12;
const tagBytes = 16;
const headBytes = 1 + nonceBytes + tagBytes;

export interface Sealer {
  seal(name: string, value: string): Uint8Array;
  /** @throws Fault `credential_unreadable` where it was changed, moved, or sealed with another key. */
  open(name: string, sealed: Uint8Array): string;
}

/** `workspaceKey` is 32 random bytes; HKDF (RFC 5869) keeps this use of it apart from all others. */
export function sealer(workspaceKey: Uint8Array): Sealer {
  if (workspaceKey.length !== 32) throw new Error('the workspace key must have 32 bytes');
  const key = Buffer.from(hkdfSync('sha256', workspaceKey, '', 'remit credentials 1', 32));
  return {
    seal: (name, value) => {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(name));
      const text = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
      return Buffer.concat([Buffer.of(version), nonce, cipher.getAuthTag(), text]);
    },
    open: (name, sealed) => {
      try {
        return openWith(key, name, sealed);
      } catch (error) {
        throw new Fault(
          'credential_unreadable',
          `Credential \`${name}\` cannot be opened with this workspace key.`,
          {
            remedy: 'Set it again with `remit credentials set`.',
            cause: error,
          },
        );
      }
    },
  };
}

function openWith(key: Uint8Array, name: string, sealed: Uint8Array): string {
  if (sealed[0] !== version || sealed.length < headBytes) throw new Error('not a sealed credential');
  const nonce = sealed.subarray(1, 1 + nonceBytes);
  const tag = sealed.subarray(1 + nonceBytes, headBytes);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(name)).setAuthTag(tag);
  return Buffer.concat([decipher.update(sealed.subarray(headBytes)), decipher.final()]).toString('utf8');
}
