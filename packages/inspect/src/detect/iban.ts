/** International bank account numbers: length by country, and MOD 97-10 (ISO 13616-1; SWIFT's IBAN registry). */
import { remainder97 } from './checksum.ts';
import { isAlphanumeric, isBlank, isDigit } from './characters.ts';
import type { Match } from './finding.ts';
import { continuesBefore, continuesBehind } from './number-run.ts';

/** The account number of each country as the registry writes it: n digits, a capital letters, c either. */
const structures = new Map<string, RegExp>(
  `AD8n12c AE19n AL8n16c AT16n AZ4a20c BA16n BE12n BG4a6n8c BH4a14c BI23n BR23n1a1c BY4c4n16c CH5n12c CR18n CY8n16c
  CZ20n DE18n DJ23n DK14n DO4c20n EE16n EG25n ES20n FI14n FK2a12n FO14n FR10n11c2n GB4a14n GE2a16n GI4a15c GL14n GR7n16c
  GT4c20c HN4a20n HR17n HU24n IE4a14n IL19n IQ4a15n IS22n IT1a10n12c JO4a4n18c KW4a22c KZ3n13c LB4n20c LC4a24c LI5n12c
  LT16n LU3n13c LV4a13c LY21n MC10n11c2n MD2c18c ME18n MK3n10c2n MN16n MR23n MT4a5n18c MU4a19n3a NI4a20n NL4a10n NO11n
  OM3n16c PK4a16c PL24n PS4a21c PT21n QA4a21c RO4a16c RS18n RU14n15c SA2n18c SC4a20n3a SD14n SE20n SI15n SK20n
  SM1a10n12c SO19n ST21n SV4a20n TL19n TN20n TR5n1n16c UA6n19c VA18n VG4a16n XK16n YE4a4n18c
  AO21n BF2c22n BJ2c22n CF23n CG23n CI2a22n CM23n CV21n DZ22n GA23n GQ23n GW2c19n IR22n KM23n MA24n MG23n ML2c22n
  MZ21n NE2a22n SN2a22n TD23n TG2a22n`
    .split(/\s+/)
    .map((entry) => [entry.slice(0, 2), patternOf(entry.slice(2))]),
);

function patternOf(structure: string): RegExp {
  const classes: Readonly<Record<string, string>> = { n: '\\d', a: '[A-Z]', c: '[A-Z\\d]' };
  const parts = structure.replace(
    /(\d+)([nac])/g,
    (_, count: string, of: string) => `${classes[of]}{${count}}`,
  );
  return new RegExp(`^[A-Z]{2}\\d{2}${parts}$`);
}

/** Characters in all, with country and check digits. */
function lengthOf({ source }: RegExp): number {
  return (
    2 +
    [...source.matchAll(/(?:\\d|\])\{(\d+)\}/g)].slice(1).reduce((sum, [, count]) => sum + Number(count), 0)
  );
}

/** `at` is the first of two letters before two digits. */
export function findIban(text: string, at: number): Match | undefined {
  const structure = structures.get(text.slice(at, at + 2).toUpperCase());
  if (structure === undefined || continuesBefore(text, at)) return undefined;
  const read = readCharacters(text, at, lengthOf(structure));
  if (read === undefined || continuesBehind(text, read.end)) return undefined;
  const { end, compact } = read;
  if (!structure.test(compact.toUpperCase())) return undefined;
  if (remainder97(compact.slice(4) + compact.slice(0, 4)) !== 1) return undefined;
  return { start: at, end, confidence: 0.99 };
}

/** So many letters and digits, in groups with one blank or hyphen between them. */
function readCharacters(
  text: string,
  start: number,
  length: number,
): { end: number; compact: string } | undefined {
  let compact = '';
  let at = start;
  while (compact.length < length) {
    const code = text.charCodeAt(at);
    if (isAlphanumeric(code)) compact += text[at];
    else if (!(isBlank(code) || code === 0x2d) || !isAlphanumeric(text.charCodeAt(at + 1))) return undefined;
    at++;
  }
  return { end: at, compact };
}

/** Two letters and two digits: cheap enough to ask at every word. */
export function mayBeIban(text: string, at: number): boolean {
  return isDigit(text.charCodeAt(at + 2)) && isDigit(text.charCodeAt(at + 3));
}
