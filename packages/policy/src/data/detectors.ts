/** What `content:` may speak of: a detector, a group of them, or text aimed at the model. */
import { detectorGroups, detectors } from '@remit/contracts';

export const contentFindings = [
  ...detectors,
  ...Object.keys(detectorGroups),
  'hidden_text',
  'injection',
  'exfiltration',
] as const;
