/**
 * Texts whose contents are known: the corpora in `../shared`. What a text is tried as depends on its corpus:
 * sentences as they stand; bare values as the value of a field whose name says what it is where a person
 * could not tell either (telephone and national numbers), else bare.
 */
import { existsSync, readFileSync } from 'node:fs';

export const corpora = new URL('../../../shared/corpora/', import.meta.url);

/** One text, and the kinds that it holds. */
export interface Sample {
  text: string;
  field?: string;
  /** Spans that have to be found, by kind. A value that fills the text has no span. */
  expected: { kind: string; start: number; end: number }[];
  /** Kinds of which a finding beside those is wrong. */
  judged: ReadonlySet<string>;
  /** Says of the whole value only that it is none: what it holds within may well be one. */
  asWhole?: boolean;
}

export function hasCorpora(): boolean {
  return existsSync(corpora);
}

function lines<Row>(name: string): Row[] {
  const text = readFileSync(new URL(name, corpora), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
}

export const judgedKinds: ReadonlySet<string> = new Set([
  'payment_card',
  'us_ssn',
  'iban',
  'email',
  'ip_address',
  'phone',
]);

const entities: Readonly<Record<string, string>> = {
  CREDIT_CARD: 'payment_card',
  US_SSN: 'us_ssn',
  IBAN_CODE: 'iban',
  EMAIL_ADDRESS: 'email',
  IP_ADDRESS: 'ip_address',
  PHONE_NUMBER: 'phone',
};

interface Sentence {
  full_text: string;
  spans: { entity_type: string; start_position: number; end_position: number }[];
}

export function sentences(): Sample[] {
  const rows = JSON.parse(readFileSync(new URL('pii/synth_dataset_v2.json', corpora), 'utf8')) as Sentence[];
  return rows.map(({ full_text, spans }) => ({
    text: full_text,
    judged: judgedKinds,
    expected: spans.flatMap(({ entity_type, start_position: start, end_position: end }) => {
      const kind = entities[entity_type];
      return kind === undefined ? [] : [{ kind, start, end }];
    }),
  }));
}

interface Value {
  validator: string;
  args: unknown;
  label: 0 | 1;
  text: string;
}

/** Validators whose accepted strings are what a detector looks for, with the name of the field they stand in. */
const wanted: Readonly<Record<string, { kind: string; field?: string }>> = {
  isCreditCard: { kind: 'payment_card' },
  isIBAN: { kind: 'iban' },
  isEmail: { kind: 'email' },
  isMobilePhone: { kind: 'phone', field: 'phone' },
};

/** Values of which nobody would say that they are a card, an account, an address. */
const others = new Set(
  `isBtcAddress isEthereumAddress isHash isISIN isISSN isLatLong isMD5 isSemVer isUUID isMACAddress isEAN
  isLicensePlate isPostalCode isMagnetURI isBIC`.split(/\s+/),
);

export function values(): Sample[] {
  const rows = lines<Value>('pii/pii-validatorjs.jsonl').filter(({ text }) => text.trim() !== '');
  const accepted = new Map<string, Set<string>>();
  for (const { validator, label, text } of rows)
    if (label === 1)
      (accepted.get(validator) ?? accepted.set(validator, new Set()).get(validator)!).add(text);
  return rows.flatMap(({ validator, args, label, text }): Sample[] => {
    const target = wanted[validator];
    if (target === undefined)
      return others.has(validator) && label === 1 ? [{ text, expected: [], judged: judgedKinds }] : [];
    const field = target.field === undefined ? {} : { field: target.field };
    const judged = new Set([target.kind]);
    // Options of an e-mail validator take what the standards do not.
    if (label === 1 && validator === 'isEmail' && args !== null) return [];
    if (label === 1) {
      return [{ text, ...field, judged, expected: [{ kind: target.kind, start: 0, end: text.length }] }];
    }
    // Refused for one country, scheme or list only, or for what stands around an accepted value: says nothing.
    const known = [...accepted.get(validator)!].some((value) => text.includes(value));
    const disguised = text.normalize('NFKC') !== text;
    return args !== null || known || disguised
      ? []
      : [{ text, ...field, judged, expected: [], asWhole: true }];
  });
}

export interface SecretSample {
  rule: string;
  label: 0 | 1;
  text: string;
}

export function secretSamples(): SecretSample[] {
  return lines<{ rule: string; label: 0 | 1; text_base64: string }>('secrets/secrets-gitleaks.jsonl').map(
    ({ rule, label, text_base64 }) => ({
      rule,
      label,
      text: Buffer.from(text_base64, 'base64').toString('utf8'),
    }),
  );
}
