import { digitAt, passesLuhn, passesMod11And10, weightedSum } from '../checksum.ts';
import { isDay, number, type NationalId } from './id.ts';

/** HM Revenue & Customs, National Insurance Manual NIM39110: prefixes that are not given out. */
const uk_nino: NationalId = {
  lengths: [9],
  valid: (id) => /^(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]$/.test(id),
  printed: /^[A-Z]{2} ?\d{2} \d{2} \d{2} ?[A-D]$/i,
  named: /\b(?:nino|national insurance|ni ?(?:no|number|num)?|insurance number)\b/,
  particular: 'printed',
};

/** NHS Data Dictionary, "NHS NUMBER": modulus 11. */
const uk_nhs: NationalId = {
  lengths: [10],
  valid(id) {
    const check = (11 - (weightedSum(id, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
    return /^\d{10}$/.test(id) && check === digitAt(id, 9);
  },
  named: /\b(?:nhs|national health)\b/,
};

/** Steuerliche Identifikationsnummer (section 139b AO; ISO 7064 MOD 11,10): one digit twice or three times. */
const de_tax_id: NationalId = {
  lengths: [11],
  valid(id) {
    if (!/^[1-9]\d{10}$/.test(id) || !passesMod11And10(id)) return false;
    const different = new Set(id.slice(0, 10)).size;
    return different === 9 || different === 8;
  },
  named:
    /\b(?:steuer ?(?:id|identifikationsnummer|nummer|nr)|identifikationsnummer|idnr|tax ?(?:id|number|no)|tin)\b/,
};

/** Numéro d'inscription au répertoire (INSEE): sex, year, month, place, and a key modulo 97. */
const fr_nir: NationalId = {
  lengths: [15],
  valid(id) {
    if (!/^[1-478]\d{4}(?:\d{2}|2[AB])\d{8}$/.test(id)) return false;
    const month = number(id, 3, 5);
    if (!((month >= 1 && month <= 12) || (month >= 20 && month <= 42) || month >= 50)) return false;
    const body = BigInt(id.slice(0, 13).replace('2A', '19').replace('2B', '18'));
    return 97n - (body % 97n) === BigInt(id.slice(13));
  },
  printed: /^\d \d{2} \d{2} \d[\dAB] \d{3} \d{3} \d{2}$/i,
  named: /\b(?:nir|insee|securite sociale|sécurité sociale|social security|numero ss|nss|secu)\b/,
  particular: 'printed',
};

const fiscalOdd: Readonly<Record<string, number>> = Object.fromEntries(
  [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'].map((character, index) => {
    const values = [
      1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
    ];
    return [character, values[index < 10 ? index : index - 10]!];
  }),
);

/** Codice fiscale (D.M. 23 December 1976): characters at odd places weigh by a table of their own. */
const it_fiscal_code: NationalId = {
  lengths: [16],
  valid(id) {
    if (!/^[A-Z]{6}[\dLMNP-V]{2}[ABCDEHLMPRST][\dLMNP-V]{2}[A-Z][\dLMNP-V]{3}[A-Z]$/.test(id)) return false;
    let sum = 0;
    for (let index = 0; index < 15; index++) {
      const character = id[index]!;
      const code = id.charCodeAt(index);
      sum += index % 2 === 0 ? fiscalOdd[character]! : code < 58 ? code - 48 : code - 65;
    }
    return String.fromCharCode(65 + (sum % 26)) === id[15];
  },
  named: /\b(?:codice fiscale|fiscal code|c ?f|cf)\b/,
  particular: 'compact',
};

/** DNI and NIE (Real Decreto 1553/2005): the letter is the number modulo 23. */
const es_dni: NationalId = {
  lengths: [9],
  valid(id) {
    if (!/^(?:\d|[XYZ])\d{7}[A-Z]$/.test(id)) return false;
    const value = Number(id.slice(0, 8).replace('X', '0').replace('Y', '1').replace('Z', '2'));
    return 'TRWAGMYFPDXBNJZSQVHLCKE'[value % 23] === id[8];
  },
  named: /\b(?:dni|nie|nif|documento nacional|documento de identidad|identity)\b/,
};

/** Burgerservicenummer (Rijksdienst voor Identiteitsgegevens, "elfproef"). */
const nl_bsn: NationalId = {
  lengths: [8, 9],
  valid(id) {
    const digits = id.padStart(9, '0');
    return (
      /^\d{9}$/.test(digits) &&
      Number(digits) > 9999 &&
      weightedSum(digits, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0
    );
  },
  named: /\b(?:bsn|burger ?service ?nummer|sofi|citizen service number)\b/,
};

/** Numéro de registre national (arrêté royal of 3 April 1984): modulo 97, with a 2 in front from 2000 on. */
const be_national_number: NationalId = {
  lengths: [11],
  valid(id) {
    if (!/^\d{11}$/.test(id) || number(id, 2, 4) % 20 > 12 || number(id, 4, 6) > 31) return false;
    const check = number(id, 9, 11);
    const body = Number(id.slice(0, 9));
    return 97 - (body % 97) === check || 97 - ((2_000_000_000 + body) % 97) === check;
  },
  printed: /^\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}$/,
  named:
    /\b(?:registre national|rijksregister(?:nummer)?|national (?:register |registry )?number|numero national|insz|niss|nrn)\b/,
  particular: 'printed',
};

/** PESEL (ustawa o ewidencji ludności, art. 15): the month carries the century. */
const pl_pesel: NationalId = {
  lengths: [11],
  valid(id) {
    if (!/^\d{11}$/.test(id)) return false;
    const month = number(id, 2, 4);
    const century = [1900, 2000, 2100, 2200, 1800][Math.floor(month / 20)]!;
    if (!isDay(century + number(id, 0, 2), month % 20, number(id, 4, 6))) return false;
    const check = (10 - (weightedSum(id, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10;
    return check === digitAt(id, 10);
  },
  named: /\b(?:pesel)\b/,
};

/** Personnummer (Skatteverket, SKV 704): Luhn over ten digits; 60 is added to the day of coordination numbers. */
const se_personnummer: NationalId = {
  lengths: [10, 12],
  valid(id) {
    if (!/^\d{10}(?:\d{2})?$/.test(id)) return false;
    const short = id.slice(-10);
    const year = id.length === 12 ? number(id, 0, 4) : 2000 + number(short, 0, 2);
    return isDay(year, number(short, 2, 4), number(short, 4, 6) % 60) && passesLuhn(short);
  },
  named: /\b(?:personnummer|person ?nr|pnr|samordningsnummer|personal (?:identity )?number|swedish id)\b/,
};

/** Henkilötunnus (Digital and Population Data Services Agency): the number modulo 31 gives the last sign. */
const fi_hetu: NationalId = {
  lengths: [11],
  valid(id) {
    const read = /^(\d{2})(\d{2})(\d{2})[-+A-FU-Y](\d{3})([0-9A-Y])$/.exec(id);
    if (read === null || !isDay(2000 + Number(read[3]), Number(read[2]), Number(read[1]))) return false;
    const value = Number(`${read[1]}${read[2]}${read[3]}${read[4]}`);
    return '0123456789ABCDEFHJKLMNPRSTUVWXY'[value % 31] === read[5];
  },
  named: /\b(?:hetu|henkilotunnus|henkilötunnus|personal identity code)\b/,
  particular: 'compact',
};

/** AHV number (Swiss AHVV, art. 133): 756 and an EAN-13 check digit. */
const ch_ahv: NationalId = {
  lengths: [13],
  valid(id) {
    const sum = weightedSum(id, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]);
    return /^756\d{10}$/.test(id) && (10 - (sum % 10)) % 10 === digitAt(id, 12);
  },
  printed: /^756\.\d{4}\.\d{4}\.\d{2}$/,
  named: /\b(?:ahv|avs|social insurance|sozialversicherung\w*|navs)\b/,
  particular: 'printed',
};

export const europe = {
  uk_nino,
  uk_nhs,
  de_tax_id,
  fr_nir,
  it_fiscal_code,
  es_dni,
  nl_bsn,
  be_national_number,
  pl_pesel,
  se_personnummer,
  fi_hetu,
  ch_ahv,
};
