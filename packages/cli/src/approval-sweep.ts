/** Records approvals that nobody decided or used in time, when their time is over. */
import { bounds } from '@remit/contracts';
import type { Approvals } from '@remit/enforce';
import type { Logger } from 'pino';

/** At once, for what expired while Remit was down, and from then on until everything is closed. */
export function sweepApprovals(
  approvals: Pick<Approvals, 'expireDue'>,
  log: Pick<Logger, 'warn'>,
  opened: AsyncDisposableStack,
): void {
  let sweeping = Promise.resolve();
  const sweep = (): void => {
    sweeping = sweeping
      .then(() => approvals.expireDue())
      .catch((error: unknown) => log.warn({ error }, 'approvals could not be recorded as expired'));
  };
  const timer = setInterval(sweep, bounds.approval_sweep_ms);
  timer.unref();
  opened.defer(async () => {
    clearInterval(timer);
    await sweeping;
  });
  sweep();
}
