import { createPrivateKey, createPublicKey } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkpointText, openCheckpoint } from '../src/note/checkpoint.ts';
import { decodeVerifierKey, encodeVerifierKey, openNote, signNote } from '../src/note/signed-note.ts';
import { readKey, verifyReceipt } from '@remit/ledger/offline';
import { encodeReceipt } from '../src/note/tlog-proof.ts';
import { hashLeaf, hashNode } from '../src/merkle/hash.ts';

const seed = Buffer.alloc(32, 7);
const signing = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
  format: 'der',
  type: 'pkcs8',
});
const publicKey = createPublicKey(signing).export({ format: 'der', type: 'spki' }).subarray(-32);
const name = 'remit.example/log';
const key = decodeVerifierKey(encodeVerifierKey(name, publicKey));

describe('signed notes', () => {
  // signed-note, "Example".
  const example = {
    key: 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
    note: 'This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n',
  };

  test('the example of the specification verifies', () => {
    expect(openNote(example.note, decodeVerifierKey(example.key))).toBe('This is an example message.\n');
  });

  test('signatures of others are ignored, a wrong one of the known key rejects the note', () => {
    const note = signNote('text\n', name, signing, publicKey);
    const foreign = example.note.split('\n').at(-2)!;
    expect(openNote(`${note}${foreign}\n`, key)).toBe('text\n');
    expect(openNote(`text\n\n${foreign}\n`, key)).toBeUndefined();
    expect(openNote(note.replace('text', 'next'), key)).toBeUndefined();
  });

  test('a note with any character changed does not open', () => {
    const note = signNote(
      checkpointText({ origin: name, size: 3, root: 'r'.repeat(32) }),
      name,
      signing,
      publicKey,
    );
    for (let at = 0; at < note.length; at += 1) {
      const changed = note.slice(0, at) + String.fromCharCode(note.charCodeAt(at) ^ 1) + note.slice(at + 1);
      expect(openNote(changed, key), `at ${at}`).toBeUndefined();
    }
  });

  test('a verifier key whose id does not match is refused', () => {
    expect(() => decodeVerifierKey(example.key.replace('530d903a', '530d903b'))).toThrow(
      expect.objectContaining({ code: 'verifier_key_invalid' }),
    );
  });
});

describe('checkpoints', () => {
  const opened = (text: string) => openCheckpoint(signNote(text, name, signing, publicKey), key);
  const root = Buffer.alloc(32, 1).toString('base64');

  test('size and root are read strictly', () => {
    expect(opened(`${name}\n5\n${root}\n`)).toEqual({ origin: name, size: 5, root: '\u0001'.repeat(32) });
    for (const wrong of [
      `${name}\n05\n${root}\n`,
      `${name}\n-1\n${root}\n`,
      `${name}\n5\n${root.slice(4)}\n`,
      `${name}\n5\n`,
      `\n5\n${root}\n`,
      `${name}\n5\n${root}\n\nx\n`,
    ]) {
      expect(opened(wrong), wrong).toBeUndefined();
    }
  });

  test('extension lines are allowed', () => {
    expect(opened(`${name}\n0\n${root}\nextension\n`)?.size).toBe(0);
  });
});

describe('receipts', () => {
  const left = hashLeaf(Buffer.from('left'));
  const record = Buffer.from('right');
  const checkpoint = signNote(
    checkpointText({ origin: name, size: 2, root: hashNode(left, hashLeaf(record)) }),
    name,
    signing,
    publicKey,
  );
  const logKey = readKey(encodeVerifierKey(name, publicKey))!;
  const receipt = encodeReceipt({ index: 1, proof: [left], extra: record, checkpoint });

  test('a receipt vouches for its record and no other', () => {
    expect(Buffer.from(verifyReceipt(receipt, logKey)!.record)).toEqual(record);
    expect(verifyReceipt(receipt, logKey, record)?.checkpoint.size).toBe(2);
    expect(verifyReceipt(receipt, logKey, Buffer.from('left'))).toBeUndefined();
  });

  test('a receipt with any bit changed outside the opaque data vouches for nothing', () => {
    const extra = receipt.split('\n')[1]!;
    fc.assert(
      fc.property(fc.nat(receipt.length - 1), fc.nat(6), (at, bit) => {
        const within = receipt.indexOf(extra);
        fc.pre(at < within || at >= within + extra.length);
        const changed =
          receipt.slice(0, at) +
          String.fromCharCode(receipt.charCodeAt(at) ^ (1 << bit)) +
          receipt.slice(at + 1);
        return verifyReceipt(changed, logKey, record) === undefined;
      }),
    );
  });
});
