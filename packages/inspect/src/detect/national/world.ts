import { digitAt, passesLuhn, passesVerhoeff, weightedSum } from '../checksum.ts';
import { isDay, number, type NationalId } from './id.ts';

/** Passport numbers carry no check digit in print (22 CFR 51; a letter and eight digits since 2021). */
const us_passport: NationalId = {
  lengths: [9],
  valid: (id) => /^[A-Z\d]\d{8}$/.test(id),
  named: /\b(?:us|u s|american|united states) passport\b/,
};

/** ABA routing numbers (American Bankers Association): ranges of the Federal Reserve districts; weights 3, 7, 1. */
const us_bank_routing: NationalId = {
  lengths: [9],
  valid: (id) =>
    /^(?:0\d|1[0-2]|2[1-9]|3[0-2]|6[1-9]|7[0-2]|80)\d{7}$/.test(id) &&
    id !== '000000000' &&
    weightedSum(id, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0,
  named: /\b(?:routing|aba|rtn|transit number)\b/,
};

/** Social Insurance Number (Service Canada): Luhn; none begins with 0 or 8. */
const ca_sin: NationalId = {
  lengths: [9],
  valid: (id) => /^[1-79]\d{8}$/.test(id) && passesLuhn(id),
  named: /\b(?:sin|social insurance|assurance sociale|nas)\b/,
};

/** Tax file number (Australian Taxation Office): weighted sum modulo 11. */
const au_tfn: NationalId = {
  lengths: [8, 9],
  valid: (id) =>
    /^\d{8,9}$/.test(id) &&
    weightedSum(id, id.length === 9 ? [1, 4, 3, 7, 5, 8, 6, 9, 10] : [10, 7, 8, 4, 6, 3, 5, 1]) % 11 === 0,
  named: /\b(?:tfn|tax file)\b/,
};

/** Cadastro de Pessoas Físicas (Receita Federal): two check digits modulo 11. */
const br_cpf: NationalId = {
  lengths: [11],
  valid(id) {
    if (!/^\d{11}$/.test(id) || /^(\d)\1{10}$/.test(id)) return false;
    const first = ((weightedSum(id, [10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11) % 10;
    const second = ((weightedSum(id, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11) % 10;
    return first === digitAt(id, 9) && second === digitAt(id, 10);
  },
  printed: /^\d{3}\.\d{3}\.\d{3}-\d{2}$/,
  named: /\b(?:cpf|cadastro de pessoas?)\b/,
  particular: 'printed',
};

/** Aadhaar (UIDAI): twelve digits, the first 2 to 9, Verhoeff's check digit. */
const in_aadhaar: NationalId = {
  lengths: [12],
  valid: (id) => /^[2-9]\d{11}$/.test(id) && passesVerhoeff(id),
  named: /\b(?:aadhaar|aadhar|uidai|uid)\b/,
};

/** South African identity number (Identification Act 68 of 1997): birth date, citizenship, Luhn. */
const za_id: NationalId = {
  lengths: [13],
  valid: (id) =>
    /^\d{10}[012]\d{2}$/.test(id) &&
    isDay(2000 + number(id, 0, 2), number(id, 2, 4), number(id, 4, 6)) &&
    passesLuhn(id),
  named: /\b(?:south african id|sa id|rsa id|identity number|id number|identity no)\b/,
};

/** Resident identity number (GB 11643-1999): birth date, and ISO 7064 MOD 11-2 with X for ten. */
const cn_resident_id: NationalId = {
  lengths: [18],
  valid(id) {
    if (!/^[1-9]\d{16}[\dX]$/.test(id)) return false;
    if (!isDay(number(id, 6, 10), number(id, 10, 12), number(id, 12, 14)) || number(id, 6, 8) > 20)
      return false;
    const sum = weightedSum(id, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
    return '10X98765432'[sum % 11] === id[17];
  },
  named: /(?:\b(?:resident id|identity card|id card|id number|shenfenzheng)\b|身份证)/,
  particular: 'compact',
};

/** ICAO Doc 9303-3, section 4.1: up to nine letters and digits; in print nothing but the word tells it apart. */
const passport: NationalId = {
  lengths: [6, 7, 8, 9],
  valid: (id) => /^(?=.*\d{3})[A-Z\d]{6,9}$/.test(id),
  named:
    /\b(?:passports?|passport ?(?:no|nr|number|num)|passeport|reisepass|pasaporte|passaporto|paspoort)(?: (?:no|nr|number|num|id|is|holder|card|of)){0,3} ?$/,
};

export const world = {
  us_passport,
  us_bank_routing,
  ca_sin,
  au_tfn,
  br_cpf,
  in_aadhaar,
  za_id,
  cn_resident_id,
  passport,
};
