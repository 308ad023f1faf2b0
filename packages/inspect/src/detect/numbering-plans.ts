/** What libphonenumber's metadata says of the world's numbering plans (ITU-T E.164), as tables to look up. */
import { getCountries, getCountryCallingCode, Metadata, type NumberingPlan } from 'libphonenumber-js/max';

/** Parts of the plan that the library has and its types do not name. */
interface NationalPlan extends NumberingPlan {
  nationalNumberPattern(): string;
  nationalPrefix(): string | null;
}

interface Plans {
  /** Calling code → lengths that a national number may have. */
  lengths: ReadonlyMap<string, ReadonlySet<number>>;
  /** National numbers of each region, with the prefix that is dialled within it. */
  regions: readonly { prefix: string; pattern: RegExp }[];
}

let plans: Plans | undefined;

/** Read on first use: a process that looks for no phone numbers does not pay for it. */
function numberingPlans(): Plans {
  plans ??= readPlans();
  return plans;
}

function readPlans(): Plans {
  const metadata = new Metadata();
  const lengths = new Map<string, Set<number>>();
  const regions = getCountries().map((country) => {
    metadata.selectNumberingPlan(country);
    const plan = metadata.numberingPlan as NationalPlan;
    const code = getCountryCallingCode(country);
    const known = lengths.get(code) ?? new Set<number>();
    for (const length of plan.possibleLengths()) known.add(length);
    lengths.set(code, known);
    return {
      prefix: plan.nationalPrefix() ?? '',
      pattern: new RegExp(`^(?:${plan.nationalNumberPattern()})$`),
    };
  });
  return { lengths, regions };
}

/** Whether these digits, calling code first, may be a number of some country. A trunk `0` in brackets is none. */
export function isPossibleInternational(digits: string): boolean {
  const { lengths } = numberingPlans();
  for (let code = 1; code <= 3; code++) {
    const known = lengths.get(digits.slice(0, code));
    if (known !== undefined) return known.has(digits.length - code);
  }
  return false;
}

/** Whether these digits are a national number of some region that is dialled with this prefix. */
export function isNational(digits: string, prefix: string): boolean {
  const significant = digits.slice(prefix.length);
  return numberingPlans().regions.some(
    (region) => region.prefix === prefix && region.pattern.test(significant),
  );
}
