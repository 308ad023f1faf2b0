/**
 * Names of people and postal addresses, by words around them and by structure. They are guesses: reported
 * under kinds of their own, and only where somebody asks for them.
 */
import type { Finding } from './finding.ts';

const WORD = "[\\p{Lu}][\\p{L}'’-]{1,30}";
const NAME = `${WORD}(?: (?:${WORD}|[\\p{Lu}]\\.?|van|von|de|da|del|der|bin|al)){0,3}`;
const BEFORE_NAME =
  "(?:\\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Sir|Madam|Herr|Frau|Monsieur|Madame|Señor|Señora)\\.? |\\b(?:[Mm]y name is|[Nn]ame is|I am|I'm|[Dd]ear|[Hh]ello|[Hh]i|[Ss]igned,?|[Rr]egards,?|[Ss]incerely,?)\\s{1,3}|\\b(?:[Nn]ame|[Cc]ustomer|[Pp]atient|[Cc]ontact|[Ee]mployee)[\"']?\\s{0,2}[:=]\\s{0,2}[\"']?)";
const PERSON = new RegExp(`${BEFORE_NAME}(${NAME})`, 'gu');

const STREET =
  '(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Square|Sq|Place|Pl|Terrace|Way|Highway|Hwy|Parkway|Pkwy|Close|Crescent)\\b\\.?';
const UNIT = '(?:,? (?:Apt|Apartment|Suite|Unit|Flat|Floor|#)\\.? ?[\\w-]{1,8})?';
const PLACE =
  '(?:,?\\s{1,2}[\\p{Lu}][\\p{L}. -]{1,30}){0,3}(?:,?\\s{1,2}[A-Z\\d][A-Z\\d -]{2,9}\\d[A-Z\\d]{0,3})?';
const ADDRESS = new RegExp(
  `\\b\\d{1,6}[A-Za-z]? (?:[\\p{L}\\d.'’-]{1,24} ){1,4}${STREET}${UNIT}${PLACE}|\\b[\\p{Lu}][\\p{L}-]{2,24}(?:straße|strasse|str\\.|gasse|weg|platz|laan|straat) \\d{1,5}[a-z]?${PLACE}`,
  'gu',
);

export function findContextual(text: string, wanted: { names: boolean; addresses: boolean }): Finding[] {
  const findings: Finding[] = [];
  if (wanted.names)
    for (const match of text.matchAll(PERSON)) {
      const end = match.index + match[0].length;
      findings.push({ kind: 'person_name', start: end - match[1]!.length, end, confidence: 0.6 });
    }
  if (wanted.addresses)
    for (const match of text.matchAll(ADDRESS))
      findings.push({
        kind: 'postal_address',
        start: match.index,
        end: match.index + match[0].length,
        confidence: 0.6,
      });
  return findings;
}
