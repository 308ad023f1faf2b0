/** Who may do what: every route of the API, every kind of caller. */
import { routes, type OperationId, type Permission, type RouteDefinition } from '@remit/control';
import { beforeAll, describe, expect, test } from 'vitest';
import { controlUnderTest, operatorToken, policyNaming, waiting } from './control-under-test.ts';

const callers = ['nobody', 'stranger', 'agent', 'operator', 'viewer', 'approver', 'administrator'] as const;
type CallerName = (typeof callers)[number];

/** Refusals once there is an administrator; whoever is not named here is let through. */
const refused: Record<Permission, Partial<Record<CallerName, string>>> = {
  open: {},
  look: { nobody: 'token_required', stranger: 'token_required', agent: 'token_required' },
  approve: {
    nobody: 'token_required',
    stranger: 'token_required',
    agent: 'token_required',
    operator: 'approval_needs_person',
    viewer: 'not_permitted',
  },
  administer: {
    nobody: 'token_required',
    stranger: 'token_required',
    agent: 'token_required',
    viewer: 'not_permitted',
    approver: 'not_permitted',
  },
  administer_people: {
    nobody: 'token_required',
    stranger: 'token_required',
    agent: 'token_required',
    operator: 'needs_administrator',
    viewer: 'needs_administrator',
    approver: 'needs_administrator',
  },
  operate: {
    nobody: 'token_required',
    stranger: 'token_required',
    agent: 'token_required',
    viewer: 'operator_only',
    approver: 'operator_only',
    administrator: 'operator_only',
  },
  erase: {
    nobody: 'token_required',
    stranger: 'token_required',
    agent: 'token_required',
    operator: 'not_permitted',
    viewer: 'not_permitted',
    approver: 'not_permitted',
  },
};

/** The permission of each route, told apart from the table so that a slip there is seen here. */
const expected: Record<OperationId, Permission> = {
  listAgents: 'look',
  showAgent: 'look',
  addAgent: 'administer',
  issueAgentKey: 'administer',
  revokeAgentKey: 'administer',
  suspendAgent: 'administer',
  resumeAgent: 'administer',
  quarantineAgent: 'administer',
  retireAgent: 'administer',
  whoAmI: 'look',
  listPeople: 'administer',
  addPerson: 'administer_people',
  removePerson: 'administer_people',
  listApprovals: 'look',
  showApproval: 'look',
  approve: 'approve',
  deny: 'approve',
  searchEvents: 'look',
  exportEvents: 'look',
  streamEvents: 'look',
  showEvent: 'look',
  proveEvent: 'look',
  showPolicy: 'look',
  reloadPolicy: 'administer',
  listPolicyVersions: 'look',
  showPolicyVersion: 'look',
  approvePolicy: 'approve',
  rejectPolicy: 'approve',
  rollBackPolicy: 'administer',
  explainDecision: 'look',
  diffTools: 'look',
  acceptTools: 'administer',
  listCredentials: 'administer',
  setCredential: 'administer',
  removeCredential: 'administer',
  requestErasure: 'erase',
  listErasures: 'administer',
  confirmErasure: 'erase',
  exportSubject: 'administer',
  listHolds: 'administer',
  addHold: 'erase',
  releaseHold: 'erase',
  reportDeletions: 'look',
  listUpstreams: 'look',
  doctor: 'look',
  openApi: 'look',
  health: 'open',
  readiness: 'open',
  metrics: 'look',
  logCheckpoint: 'look',
  logTile: 'look',
  logProof: 'look',
  makeBackup: 'operate',
};

async function everybody() {
  const control = await controlUnderTest();
  await control.registry.agents.registerPolicy(policyNaming('support'), { id: 'remit' });
  control.approvals.held.set(waiting.id, waiting);
  const tokens: Record<CallerName, string | undefined> = {
    nobody: undefined,
    stranger: `remit_person_${'A'.repeat(43)}`,
    agent: (await control.registry.agents.issueKey('support', { id: 'operator' })).key,
    operator: operatorToken,
    administrator: await control.person('admin@example.com', ['administrators']),
    viewer: await control.person('view@example.com', ['viewers']),
    approver: await control.person('lead@example.com', ['support-managers']),
  };
  return { ...control, tokens };
}

function pathOf({ path }: RouteDefinition): string {
  return path.replace('{*}', '0/000.p/5').replace(/\{[^}]+\}/g, 'x');
}

interface Met {
  status: number;
  code: unknown;
}

/** What each caller meets on each route, all against one control plane. */
const met = new Map<string, Met>();
beforeAll(async () => {
  const { send, tokens, app } = await everybody();
  for (const [id, route] of Object.entries(routes) as [OperationId, RouteDefinition][]) {
    for (const caller of callers) {
      // A stream that is let through does not end by itself (see listening.test.ts).
      if (id === 'streamEvents' && refused.look[caller] === undefined) continue;
      const { status, body } = await send(route.method, pathOf(route), { token: tokens[caller] });
      met.set(`${id} ${caller}`, { status, code: body['code'] });
    }
  }
  await app.close();
});

describe.each(Object.entries(expected) as [OperationId, Permission][])(
  '%s takes the permission %s',
  (id, permission) => {
    test('as the route table says', () => {
      const route: RouteDefinition = routes[id];
      expect(route.permission).toBe(permission);
    });

    test.each(callers)('%s is let through or refused accordingly', (caller) => {
      const answer = met.get(`${id} ${caller}`);
      const code = refused[permission][caller];
      if (code !== undefined) expect(answer?.code).toBe(code);
      else if (id !== 'streamEvents') expect([200, 201, 204, 400, 404, 409]).toContain(answer?.status);
    });
  },
);

test('the table above names every route', () => {
  expect(Object.keys(expected).sort()).toEqual(Object.keys(routes).sort());
});

test('a refused caller is answered before the body is read', async () => {
  const { send } = await everybody();
  const answer = await send('POST', '/api/v1/people', { token: undefined, body: '{ not json' });
  expect(answer.body['code']).toBe('token_required');
  expect(answer.headers['www-authenticate']).toContain('Bearer');
});
