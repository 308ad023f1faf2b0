/** Names of detectors and of groups of them: what policy may ask for, and what `inspect` reports. */

/** What people are known by. */
export const personalDataDetectors = [
  'email',
  'phone',
  'ip_address',
  'payment_card',
  'iban',
  'us_ssn',
  'us_passport',
  'us_bank_routing',
  'uk_nino',
  'uk_nhs',
  'ca_sin',
  'au_tfn',
  'de_tax_id',
  'fr_nir',
  'it_fiscal_code',
  'es_dni',
  'nl_bsn',
  'be_national_number',
  'pl_pesel',
  'se_personnummer',
  'fi_hetu',
  'ch_ahv',
  'br_cpf',
  'in_aadhaar',
  'za_id',
  'cn_resident_id',
  'passport',
  'birth_date',
  'person_name',
  'postal_address',
] as const;

/** What opens a door to whoever holds it. */
export const secretDetectors = [
  'api_key',
  'private_key',
  'jwt',
  'connection_string',
  'high_entropy',
] as const;

/** What a class of data can be found by. */
export const detectors = [...personalDataDetectors, ...secretDetectors] as const;
export type DetectorName = (typeof detectors)[number];

/** Guess by context words alone: reported separately, and only where a policy names them. */
export const contextualDetectors: readonly DetectorName[] = ['person_name', 'postal_address'];

/** Groups that stand for several detectors wherever one may be named. */
export const detectorGroups: Readonly<Record<string, readonly DetectorName[]>> = {
  personal_data: personalDataDetectors.filter((name) => !contextualDetectors.includes(name)),
  secrets: secretDetectors,
};
