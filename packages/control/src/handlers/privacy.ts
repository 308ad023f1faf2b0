import type { privacyRoutes } from '../api/privacy.ts';
import type { HoldTerms } from '../privacy/holds.ts';
import { actorOf } from '../server/caller.ts';
import type { ControlDeps } from '../server/deps.ts';
import type { Handlers } from './handler.ts';
import { present } from './present.ts';

export function privacyHandlers({ privacy }: ControlDeps): Handlers<keyof typeof privacyRoutes> {
  const { erasures, holds } = privacy;
  return {
    requestErasure: ({ body, caller }) => erasures.request(body.subject, actorOf(caller)),
    listErasures: () => ({ erasures: erasures.list() }),
    confirmErasure: ({ parameters, caller }) => erasures.confirm(parameters.id, actorOf(caller)),
    exportSubject: ({ body, caller }) => privacy.exportSubject(body.subject, actorOf(caller)),
    listHolds: () => ({ holds: holds.list() }),
    addHold: ({ body: { reason, since, until, ...terms }, caller }) => {
      const times = present({ since: since && utc(since), until: until && utc(until) });
      const all: HoldTerms = { reason, ...present(terms), ...times };
      return holds.add(all, actorOf(caller));
    },
    releaseHold: ({ parameters, caller }) => holds.release(parameters.id, actorOf(caller)),
    reportDeletions: ({ query }) => privacy.deletions(query.since && utc(query.since)),
  };
}

function utc(time: string): string {
  return new Date(time).toISOString();
}
