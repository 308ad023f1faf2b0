/** What is found in the open, and what is left alone. Numbers are test numbers of schemes and authorities, or made up to the rules. */
import { describe, expect, test } from 'vitest';
import { choose, detect, usualDetectors } from '../src/index.ts';

/** `kind value` of each finding. */
function found(text: string, field = ''): string[] {
  return detect(text, { field }).map(({ kind, start, end }) => `${kind} ${text.slice(start, end)}`);
}

describe('payment cards', () => {
  test.each([
    ['Visa', '4111111111111111'],
    ['Visa in groups', '4111 1111 1111 1111'],
    ['Mastercard', '5555-5555-5555-4444'],
    ['Mastercard, second series', '2223003122003222'],
    ['American Express', '3782 822463 10005'],
    ['Diners Club', '30569309025904'],
    ['Discover', '6011111111111117'],
    ['JCB', '3530111333300000'],
    ['UnionPay', '6250941006528599'],
  ])('%s is found by range, length and Luhn', (_, number) => {
    expect(found(`paid with ${number} yesterday`)).toEqual([`payment_card ${number}`]);
  });

  test.each([
    ['a wrong check digit', 'paid with 4111111111111112'],
    ['the digits of a UUID', '550e8400-e29b-41d4-a716-411111111111'],
    ['a fraction', '0.4111111111111111'],
    ['part of an identifier', 'blob-4111111111111111-x9'],
    ['an order', '"order_id": "4111111111111111"'],
    ['a time in milliseconds', '"created": 1732289049123'],
    ['an odd length without a word for it', '4222222222222'],
  ])('%s is no card', (_, text) => {
    expect(found(text)).toEqual([]);
  });

  test('a word beside it makes a card of odd lengths and odd groups', () => {
    expect(found('card number 4222222222222')).toEqual(['payment_card 4222222222222']);
    expect(found('my card: 41 11 11 11 11 11 11 11')).toEqual(['payment_card 41 11 11 11 11 11 11 11']);
  });
});

describe('US social security numbers', () => {
  test('are found in their usual form, and without it where a word says so', () => {
    expect(found('it is 078-05-1120.')).toEqual(['us_ssn 078-05-1120']);
    expect(found('{"customerSsn":"078051120"}')).toEqual(['us_ssn 078051120']);
    expect(found('078051120', 'ssn')).toEqual(['us_ssn 078051120']);
  });

  test.each([
    '000-12-3456',
    '666-12-3456',
    '900-12-3456',
    '123-00-4567',
    '123-45-0000',
    '1123-45-6789',
    '078051120',
  ])('%s is none', (text) => {
    expect(found(text).filter((finding) => finding.startsWith('us_ssn'))).toEqual([]);
  });
});

describe('accounts and addresses', () => {
  test('an IBAN needs its country, structure and remainder', () => {
    expect(found('to GB82 WEST 1234 5698 7654 32, please')).toEqual(['iban GB82 WEST 1234 5698 7654 32']);
    expect(found('DE89370400440532013000')).toEqual(['iban DE89370400440532013000']);
    expect(found('GB82WEST12345698765433 XX82WEST12345698765432')).toEqual([]);
  });

  test('e-mail addresses are found between other signs', () => {
    expect(found('<jo.doe+x@mail.example.com>, mailto:ab@example.org.')).toEqual([
      'email jo.doe+x@mail.example.com',
      'email ab@example.org',
    ]);
    expect(found('{"mail":"line\\njo@example.com"}')).toEqual(['email jo@example.com']);
  });

  test.each(['icon@2x.png', 'pkg@1.2.3', 'git@github.com:owner/name', 'a@b', '.@example.com'])(
    '%s is no e-mail address',
    (text) => {
      expect(found(text)).toEqual([]);
    },
  );

  test('IP addresses of both versions, and no versions, times or hardware addresses', () => {
    expect(found('from 203.0.113.7:443 and [2001:db8::8:800:200c:417a]')).toEqual([
      'ip_address 203.0.113.7',
      'ip_address 2001:db8::8:800:200c:417a',
    ]);
    expect(
      found('version 1.2.3.4, 1.2.3.4.5, 256.1.1.1, 12:30:45, 01:23:45:67:89:ab:cd:ef, std::vector'),
    ).toEqual([]);
  });
});

describe('telephone numbers', () => {
  test.each(['+49 30 901820', '+1 (212) 555-0142', '(212) 555-0142', '212-555-0142', '020 7946 0018'])(
    '%s',
    (number) => {
      expect(found(`so ${number} it is`)).toEqual([`phone ${number}`]);
    },
  );

  test('digits alone are one only where a word says so', () => {
    expect(found('20795846')).toEqual([]);
    expect(found('20795846', 'mobile_number')).toEqual(['phone 20795846']);
    expect(found('please call me at 555 0142')).toEqual(['phone 555 0142']);
  });

  test.each([
    '2026-11-22 10:30',
    '18.05.2022',
    'item 2125550142',
    '06 09 60 86 48 01 65 03',
    'x+3864292196',
    '40.7128, -74.0060',
  ])('%s is none', (text) => {
    expect(found(text)).toEqual([]);
  });
});

describe('numbers that states give', () => {
  test.each([
    ['uk_nino', 'AB 12 34 56 C'],
    ['uk_nhs', 'NHS number 943 476 5919'],
    ['ca_sin', 'SIN 130 692 544'],
    ['au_tfn', 'TFN 123 456 782'],
    ['de_tax_id', 'Steuer-ID 36574261809'],
    ['fr_nir', '2 55 08 14 168 025 38'],
    ['it_fiscal_code', 'RSSMRA85T10A562S'],
    ['es_dni', 'DNI 12345678Z'],
    ['nl_bsn', 'BSN 111222333'],
    ['be_national_number', '85.07.30-033.28'],
    ['pl_pesel', 'PESEL 44051401359'],
    ['se_personnummer', 'personnummer 811218-9876'],
    ['fi_hetu', '131052-308T'],
    ['ch_ahv', '756.9217.0769.85'],
    ['br_cpf', '529.982.247-25'],
    ['in_aadhaar', 'Aadhaar 2341 2341 2346'],
    ['za_id', 'SA ID 8001015009087'],
    ['cn_resident_id', '11010519491231002X'],
    ['us_bank_routing', 'routing number 021000021'],
    ['passport', 'passport no. X1234567'],
  ])('%s', (kind, text) => {
    expect(detect(text).map((finding) => finding.kind)).toEqual([kind]);
  });

  test.each([
    'NHS number 943 476 5918',
    'BSN 111222334',
    'PESEL 44051401358',
    '131052-308U',
    '529.982.247-26',
    '943 476 5919',
  ])('%s has a wrong check digit, or nothing that says what it is', (text) => {
    expect(found(text).filter((finding) => !finding.startsWith('phone'))).toEqual([]);
  });

  test('a date is one of birth where a word says so', () => {
    expect(found('"date_of_birth": "1980-02-03"')).toEqual(['birth_date 1980-02-03']);
    expect(found('born on March 3, 1980')).toEqual(['birth_date March 3, 1980']);
    expect(found('due 1980-02-03')).toEqual([]);
  });
});

test('names and postal addresses are looked for only where somebody asks', () => {
  const text = 'Dear Ms Jane Miller, 12 Main Street, Springfield 62701';
  expect(found(text)).toEqual([]);
  const chosen = choose([...usualDetectors, 'person_name', 'postal_address']);
  expect(detect(text, { chosen }).map((finding) => finding.kind)).toEqual(['person_name', 'postal_address']);
});

test('only chosen detectors report', () => {
  const chosen = choose(['email']);
  expect(
    detect('jo@example.com 4111111111111111 078-05-1120', { chosen }).map((finding) => finding.kind),
  ).toEqual(['email']);
});
