/** Names of detectors and of groups of them, as `detect:` and `content:` may use them. */

/** What a class of data can be found by. */
export const detectors = [
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
  'passport',
  'birth_date',
  'person_name',
  'postal_address',
  'api_key',
  'private_key',
  'jwt',
  'connection_string',
  'high_entropy',
] as const;

/** What a finding in content can be about: a detector, a group of them, or text aimed at the model. */
export const contentFindings = [
  ...detectors,
  'personal_data',
  'secrets',
  'hidden_text',
  'injection',
  'exfiltration',
] as const;
