const PLAIN = /^[a-z0-9]*$/;
/** Separators, and characters that do not show: spaces, connectors, dashes, dots, format characters. */
const UNSEEN = /[\p{Z}\p{Pc}\p{Pd}\p{Cf}\p{Cc}.]+/gu;

/**
 * The spelling in which field names are compared: `socialSecurityNumber`, `social_security_number`,
 * `Social-Security Number` and their full-width forms (Unicode NFKC) all fold to
 * `socialsecuritynumber`. Folding twice changes nothing.
 */
export function foldFieldName(name: string): string {
  if (PLAIN.test(name)) return name;
  return name.normalize('NFKC').toLowerCase().normalize('NFKC').replace(UNSEEN, '');
}
