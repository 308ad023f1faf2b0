import { decide, loadWorkspace } from '@remit/policy';
import { describe, expect, it } from 'vitest';
import { active, call, file, lock, mustLoad, workspaceText } from './support-desk.ts';

const classes =
  'data:\n  health: { sensitivity: restricted, fields: [diagnosis, bloodType] }\n  email: { fields: [kontakt] }\n';

function dataRules(access: string, role = '') {
  const agent =
    `agent: support\nrole: r\naccess: { tools: { allow: [search, "crm/*"] }, data: ${access} }\n---\nrole: r\n${role}`.replace(
      'search, ',
      '',
    );
  const policy = mustLoad(loadWorkspace([file(workspaceText + classes, 'w.yaml'), file(agent)], lock));
  return decide(policy, call('search'), active).data;
}

describe('data rules', () => {
  it('are absent where nothing is said of data', () => {
    expect(dataRules('{}')).toBeUndefined();
  });

  it('deny the fields of a class and of its spelling variants', () => {
    expect(dataRules('{ deny: [ssn] }')).toEqual({
      denied: ['socialsecurity', 'socialsecurityno', 'socialsecuritynumber', 'ssn', 'usssn'],
      labels: {
        socialsecurity: 'ssn',
        socialsecurityno: 'ssn',
        socialsecuritynumber: 'ssn',
        ssn: 'ssn',
        usssn: 'ssn',
      },
      detected: { us_ssn: { label: 'ssn' } },
    });
  });

  it('look for denied classes in text, and not for single fields of them', () => {
    expect(dataRules('{ deny: [credit_card] }')?.detected).toEqual({
      payment_card: { label: 'credit_card' },
    });
    expect(dataRules('{ deny: [card_number] }')?.detected).toBeUndefined();
    expect(dataRules('{ allow: [email] }')?.detected).toMatchObject({ us_ssn: { label: 'ssn' } });
    expect(dataRules('{ allow: [email] }')?.detected).not.toHaveProperty('email');
  });

  it('change what they do not deny; a deny wins over a change, and the change that shows least over others', () => {
    const rules = dataRules('{ deny: [phone], mask: [ssn, phone, email], hash: [email] }');
    expect(rules?.changed).toMatchObject({ ssn: 'mask', usssn: 'mask', email: 'hash' });
    expect(rules?.changed).not.toHaveProperty('phone');
    expect(rules?.denied).toContain('phone');
    expect(rules?.denied).not.toContain('ssn');
    expect(rules?.detected).toEqual({
      email: { label: 'email', change: 'hash' },
      phone: { label: 'phone' },
      us_ssn: { label: 'ssn', change: 'mask' },
    });
  });

  it('deny a field that belongs to no class', () => {
    expect(dataRules('{ deny: [Shoe-Size] }')).toEqual({
      denied: ['shoesize'],
      labels: { shoesize: 'Shoe-Size' },
    });
  });

  it('deny the fields of a class that the workspace declares', () => {
    expect(dataRules('{ deny: [health] }')?.denied).toEqual(['bloodtype', 'diagnosis', 'health']);
  });

  it('deny every classified field that an allow list leaves out, and no unclassified one', () => {
    const denied = dataRules('{ allow: [email, shoe_size] }')?.denied ?? [];
    expect(denied).toEqual(
      expect.arrayContaining(['ssn', 'phone', 'diagnosis', 'passwordhash', 'creditcard']),
    );
    for (const passing of ['email', 'emailaddress', 'kontakt', 'shoesize', 'name', 'status'])
      expect(denied).not.toContain(passing);
  });

  it('deny everything classified where an allow list is empty', () => {
    expect(dataRules('{ allow: [] }')?.denied).toEqual(expect.arrayContaining(['email', 'ssn']));
  });

  it('let a deny win over an allow, also of one field of an allowed class', () => {
    const data = dataRules('{ allow: [email], deny: [kontakt] }');
    expect(data?.denied).toContain('kontakt');
    expect(data?.denied).not.toContain('emailaddress');
  });

  it('of roles are added up', () => {
    const denied =
      dataRules('{ allow: [email] }', 'access: { data: { allow: [phone], deny: [shoe_size] } }')?.denied ??
      [];
    expect(denied).toContain('shoesize');
    expect(denied).not.toContain('phone');
    expect(denied).not.toContain('email');
  });

  it('do not come with a refusal', () => {
    const policy = mustLoad(
      loadWorkspace(
        [file(workspaceText), file('agent: support\naccess: { data: { deny: [ssn] } }', 'a.yaml')],
        lock,
      ),
    );
    expect(decide(policy, call('search'), active).data).toBeUndefined();
  });

  it('with `unlisted: deny` let only what is allowed be seen', () => {
    const rules = dataRules('{ allow: [customer_name, email], deny: [kontakt], unlisted: deny }');
    expect(rules?.only).toEqual(expect.arrayContaining(['customername', 'email', 'emailaddress']));
    expect(rules?.only).not.toContain('kontakt');
    expect(rules?.denied).toContain('ssn');
  });

  it('with `unlisted: deny` and nothing allowed let nothing be seen', () => {
    expect(dataRules('{ unlisted: deny }')?.only).toEqual([]);
  });

  it('with `unlisted: deny` in one document project to what all of them allow', () => {
    const role = 'access: { data: { allow: [order_number] } }';
    expect(dataRules('{ allow: [customer_name], unlisted: deny }', role)?.only).toEqual([
      'customername',
      'ordernumber',
    ]);
  });
});
