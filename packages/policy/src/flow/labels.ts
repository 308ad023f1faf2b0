/** The words of a flow rule's `from`: labels of what was read. A word means what is at least that high. */
import { ANY_CLASS, sensitivities, trusts } from '@remit/contracts';
import type { Labels, Sensitivity, Trust } from '@remit/contracts';

export interface SourceLabel {
  /** As written. */
  text: string;
  /** True where it says whom the text comes from, hence who may be steering the agent. */
  speaksOfTrust: boolean;
  matches(labels: Labels): boolean;
}

/** Names that stand for a trust or sensitivity. `internal` is a trust: whom a company's own systems speak for. */
export const sourceWords = [
  'trusted',
  'internal',
  'untrusted',
  'public',
  'confidential',
  'restricted',
  'sensitive',
] as const;

/** @param className the name under which the class is found in content */
export function sourceLabel(text: string, className: string): SourceLabel {
  if (isTrust(text)) {
    const least = trusts.indexOf(text);
    return { text, speaksOfTrust: true, matches: ({ trust }) => trusts.indexOf(trust) >= least };
  }
  const sensitivity = text === 'sensitive' ? 'confidential' : text;
  if (isSensitivity(sensitivity)) {
    const least = sensitivities.indexOf(sensitivity);
    return {
      text,
      speaksOfTrust: false,
      matches: (labels) => sensitivities.indexOf(labels.sensitivity) >= least,
    };
  }
  const holds = ({ classes }: Labels): boolean => classes.includes(className) || classes.includes(ANY_CLASS);
  return { text, speaksOfTrust: false, matches: holds };
}

function isTrust(text: string): text is Trust {
  return trusts.some((trust) => trust === text);
}

function isSensitivity(text: string): text is Sensitivity {
  return sensitivities.some((sensitivity) => sensitivity === text);
}
