import { Fault } from '@remit/contracts';
import type { operationRoutes } from '../api/operations.ts';
import type { ControlDeps } from '../server/deps.ts';
import { openApiDocument } from '../server/openapi.ts';
import { doctorReport } from './doctor.ts';
import { proofOf } from './events.ts';
import type { Handlers } from './handler.ts';

export function operationHandlers(deps: ControlDeps): Handlers<keyof typeof operationRoutes> {
  const { ledger, upstreams, metrics } = deps;
  const document = openApiDocument();
  const file = async (path: string) => {
    const content = await ledger.file(path);
    if (content) return content;
    throw new Fault('file_not_found', `The log has no file \`${path}\`.`, {
      remedy: 'The sizes that have tiles follow from the checkpoint.',
    });
  };
  return {
    listUpstreams: () => ({ upstreams: upstreams.status() }),
    doctor: () => doctorReport(deps),
    openApi: () => document,
    health: () => ({ status: 'ok' }),
    readiness: () => {
      if (ledger.status().writable) return { status: 'ready' };
      throw new Fault('not_ready', 'The ledger takes no records now, so no call can be governed.', {
        remedy: 'See `remit doctor`.',
      });
    },
    metrics: () => metrics(),
    logCheckpoint: () => file('checkpoint'),
    logTile: ({ parameters }) => file(`tile/${parameters['*']}`),
    logProof: ({ parameters }) => proofOf(ledger, parameters.id),
  };
}
