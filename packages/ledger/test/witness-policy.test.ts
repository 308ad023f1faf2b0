import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { encodeVerifierKey, signatureTypes } from '../src/note/signed-note.ts';
import { parseWitnessPolicy } from '../src/witness/policy.ts';

function key(name: string, type: 0x01 | 0x04 = signatureTypes.ed25519Cosignature): string {
  const { publicKey } = generateKeyPairSync('ed25519');
  return encodeVerifierKey(name, publicKey.export({ format: 'der', type: 'spki' }).subarray(-32), type);
}

const parse = (...lines: string[]) => parseWitnessPolicy(lines.join('\n'), 'policy');

describe('a witness policy (C2SP tlog-policy)', () => {
  test('tells which witnesses are enough, as in the example of the specification', () => {
    const policy = parse(
      `log ${key('log.example', signatureTypes.ed25519)} https://log.example/`,
      '# two groups',
      ...['X1', 'X2', 'X3', 'Y1', 'Y2', 'Y3'].map((name) => `\twitness ${name}  ${key(`w.example/${name}`)}`),
      'group X-witnesses 2 X1 X2 X3',
      'group Y-witnesses any Y1 Y2 Y3',
      '',
      'group X-and-Y all X-witnesses Y-witnesses',
      'quorum X-and-Y',
    );
    expect(policy.logs.map(({ name }) => name)).toEqual(['log.example']);
    const enough = (...names: string[]) => policy.quorum(new Set(names));
    expect(enough('X1', 'X3', 'Y2')).toBe(true);
    expect(enough('X1', 'X2', 'X3')).toBe(false);
    expect(enough('X1', 'Y1', 'Y2', 'Y3')).toBe(false);
    expect(enough()).toBe(false);
  });

  test('needs nobody where it says none', () => {
    expect(parse('quorum none').quorum(new Set())).toBe(true);
  });

  test('has as many witnesses and groups as have room on a checkpoint, and no more', () => {
    const witnesses = (count: number) =>
      Array.from({ length: count }, (_, index) => `witness w${index} ${key(`w.example/${index}`)}`);
    const groups = (count: number) =>
      Array.from(
        { length: count },
        (_, index) => `group g${index} all ${index === 0 ? 'w0' : `g${index - 1}`}`,
      );
    expect(parse(...witnesses(32), ...groups(32), 'quorum g31').quorum(new Set(['w0']))).toBe(true);
    const tooMany = 'it has more than 32 logs, witnesses or groups';
    expect(() => parse(...witnesses(33), 'quorum w0')).toThrow(tooMany);
    expect(() => parse(...witnesses(1), ...groups(33), 'quorum g0')).toThrow(tooMany);
  });

  const one = key('w.example/1');
  const two = key('w.example/2');
  test.each([
    ['no quorum', [`witness a ${one}`], 'there is no quorum line'],
    ['two quorums', ['quorum none', 'quorum none'], 'there is a quorum line already'],
    ['a quorum of nobody', ['quorum a'], '`a` is not defined above'],
    ['a misspelled keyword', ['witnes a b'], '`witnes` is none of log, witness, group and quorum'],
    ['a key of a log for a witness', [`witness a ${key('x', 0x01)}`], 'this is not the key of a witness'],
    ['a key of a witness for a log', [`log ${one}`], 'this is not the key of a log'],
    ['a damaged key', [`witness a ${one.slice(0, -4)}`], 'this is not the key of a witness'],
    ['the same key twice', [`witness a ${one}`, `witness b ${one}`], 'this witness is there already'],
    ['the same name twice', [`witness a ${one}`, `witness a ${two}`], 'the name `a` is taken'],
    ['the name none', [`witness none ${one}`], 'the name `none` is taken'],
    [
      'a threshold above its members',
      [`witness a ${one}`, 'group g 2 a'],
      '`2` is none of all, any, and 1 to 1',
    ],
    ['a threshold of nothing', [`witness a ${one}`, 'group g 0 a'], '`0` is none of all, any, and 1 to 1'],
    ['a member that comes later', ['group g any a', `witness a ${one}`], '`a` is not defined above'],
    ['a member twice', [`witness a ${one}`, 'group g any a a'], '`a` is a member already'],
    [
      'a member of two groups',
      [`witness a ${one}`, 'group g any a', 'group h any a'],
      '`a` is a member already',
    ],
    ['another scheme', [`witness a ${one} ftp://w.example`], '`ftp://w.example` is no URL'],
    ['control characters', ['quorum\u0007 none'], 'it is too long, or has control characters'],
  ])('with %s is refused', (_, lines, problem) => {
    expect(() => parse(...lines)).toThrow(`the witness policy cannot be used: ${problem}`);
  });
});
