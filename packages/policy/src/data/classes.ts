import { type DetectorName, detectorGroups, foldFieldName } from '@remit/contracts';
import type { Sensitivity } from '@remit/contracts';

/**
 * Classes of data that are known without being declared, by the field names that usually hold them.
 * Spelling variants need not be listed: names are compared folded (contracts, `foldFieldName`).
 */
export const builtInClasses: Readonly<Record<string, readonly string[]>> = {
  email: [
    'email',
    'e_mail',
    'email_address',
    'mail',
    'mail_address',
    'customer_email',
    'user_email',
    'contact_email',
  ],
  phone: [
    'phone',
    'phone_number',
    'telephone',
    'telephone_number',
    'mobile',
    'mobile_number',
    'cell_phone',
    'fax',
    'customer_phone',
  ],
  address: [
    'address',
    'street',
    'street_address',
    'postal_address',
    'home_address',
    'billing_address',
    'shipping_address',
    'postal_code',
    'zip_code',
    'address_line_1',
    'address_line_2',
    'address_line1',
    'address_line2',
  ],
  birth_date: ['birth_date', 'date_of_birth', 'dob', 'birthday', 'birthdate'],
  credit_card: [
    'credit_card',
    'credit_card_number',
    'card_number',
    'cc_number',
    'pan',
    'cvv',
    'cvc',
    'card_cvc',
    'card_cvv',
    'card_security_code',
  ],
  bank_account: [
    'bank_account',
    'bank_account_number',
    'account_number',
    'iban',
    'routing_number',
    'sort_code',
  ],
  ssn: ['ssn', 'social_security_number', 'social_security', 'social_security_no', 'us_ssn'],
  national_id: [
    'national_id',
    'national_id_number',
    'national_insurance_number',
    'nino',
    'tax_id',
    'tin',
    'passport',
    'passport_number',
    'drivers_license',
    'driving_licence',
    'drivers_license_number',
    'identity_card_number',
  ],
  password: ['password', 'passwd', 'pwd', 'passphrase', 'user_password'],
  password_hash: [
    'password_hash',
    'hashed_password',
    'password_digest',
    'passwd_hash',
    'pwd_hash',
    'password_salt',
  ],
  credential: [
    'api_key',
    'apikey',
    'secret',
    'secret_key',
    'client_secret',
    'access_token',
    'refresh_token',
    'id_token',
    'auth_token',
    'bearer_token',
    'session_token',
    'private_key',
    'access_key',
    'secret_access_key',
  ],
};

/** Personal data that is no number which a state gives. */
const otherThanIds = new Set<DetectorName>([
  'email',
  'phone',
  'ip_address',
  'payment_card',
  'iban',
  'us_ssn',
  'birth_date',
  'us_bank_routing',
]);

/** What finds a built-in class in text, where no name of a field says what it is. */
export const builtInDetectors: Readonly<Record<string, readonly DetectorName[]>> = {
  email: ['email'],
  phone: ['phone'],
  birth_date: ['birth_date'],
  credit_card: ['payment_card'],
  bank_account: ['iban', 'us_bank_routing'],
  ssn: ['us_ssn'],
  national_id: detectorGroups['personal_data']!.filter((name) => !otherThanIds.has(name)),
  credential: detectorGroups['secrets']!,
};

/** How sensitive they are, unless the workspace says otherwise. */
export const builtInSensitivity: Readonly<Record<string, Sensitivity>> = {
  email: 'confidential',
  phone: 'confidential',
  address: 'confidential',
  birth_date: 'confidential',
  credit_card: 'restricted',
  bank_account: 'restricted',
  ssn: 'restricted',
  national_id: 'restricted',
  password: 'restricted',
  password_hash: 'restricted',
  credential: 'restricted',
};

const fieldSensitivity = new Map(
  Object.entries(builtInClasses).flatMap(([name, fields]) =>
    fields.map((field) => [foldFieldName(field), builtInSensitivity[name]!] as const),
  ),
);

/** Of a field in folded spelling that belongs to a built-in class. */
export function sensitivityOfField(folded: string): Sensitivity | undefined {
  return fieldSensitivity.get(folded);
}
