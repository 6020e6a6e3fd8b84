// Over a real socket: ways to sign in give nobody more than their author has, and nothing tells a password hash.

import assert from 'node:assert/strict';
import type { SetRequest } from '../../../src/proto/gnmi.ts';
import { readyMadeRoles } from '../../../src/ready-made-roles.ts';
import { startService, type TestService } from '../../service.ts';
import { list, path, refused, Subscription, update } from './messages.ts';

describe('delegation over gNMI', () => {
  let service: TestService;
  let hash: string;

  before(async () => {
    service = await startService();
    const [row] = [...(service.datastore.snapshot('platform')?.range('', '\xff') ?? [])].filter(({ value }) =>
      value.includes('scrypt$'),
    );
    hash = JSON.parse(row?.value ?? '""') as string;
    const edit = ['read', 'create', 'update', 'delete'];
    const lists = ['/user', '/group', '/role', '/authentication'];
    await service.merge('platform', {
      role: [
        {
          name: 'policy',
          rule: [
            ...lists.map((at, i) => ({ name: `r${i}`, effect: 'allow', target: 'platform', path: at, action: edit })),
            { name: 'hashes', effect: 'deny', target: 'platform', path: '/user/password-hash', action: ['read'] },
          ],
        },
        {
          name: 'all-but-sites',
          rule: [
            { name: 'all', effect: 'allow', target: '*', path: '/', action: ['read'] },
            { name: 'sites', effect: 'deny', target: '*', path: '/site', action: ['read'] },
          ],
        },
      ],
      group: [
        { name: 'acme-readers', role: [{ tenant: 'acme', role: 'reader' }] },
        { name: 'globex-readers', role: [{ tenant: 'globex', role: 'reader' }] },
      ],
      user: [
        {
          name: 'peter',
          'password-hash': await hashOf('peter'),
          role: [
            { tenant: '*', role: 'policy' },
            { tenant: 'acme', role: 'reader' },
          ],
        },
        { name: 'limited', role: [{ tenant: 'globex', role: 'all-but-sites' }] },
      ],
    });
  });
  after(() => service.close());
  afterEach(() => set({ delete: [path('/authentication')] }, 'operator'));

  async function hashOf(name: string): Promise<string> {
    const { hashPassword } = await import('../../../src/access/password.ts');
    return hashPassword(`${name}-secret`, Buffer.alloc(16, 7), { N: 2, r: 1, p: 1 });
  }

  const set = (request: SetRequest, user = 'peter') =>
    service.client(user).set({ prefix: { target: 'platform' }, ...request });
  const put = (at: string, value: unknown, user = 'peter') =>
    set({ replace: [{ path: path(at), val: { json_ietf_val: Buffer.from(JSON.stringify(value)) } }] }, user);
  const certificate = (name: string, value: string, more: object, user = 'peter') =>
    put(`/authentication/certificate-rule[name=${name}]`, { field: 'san-dns', value, ...more }, user);
  const issuer = (more: object, user = 'peter') =>
    put('/authentication/issuer[name=corp]', { url: 'https://id.example', audience: ['edgeconf'], ...more }, user);
  const claim = (group: string) => ({ claim: [{ value: 'staff', group: [group] }] });

  it('lets a certificate rule name only users and groups whose rights its author has', async () => {
    await certificate('own', 'reader.example', { user: 'acme-reader' });
    await certificate('group', 'x.example', { user: 'nobody', group: ['acme-readers'] });
    const told = "this gives who fits certificate rule 'foreign' the right to";
    await refused(certificate('foreign', 'x', { user: 'globex-admin' }), 'PERMISSION_DENIED', told);
    await refused(certificate('foreign', 'x', { group: ['globex-readers'] }), 'PERMISSION_DENIED', told);
    await refused(certificate('foreign', 'globex-admin', {}), 'PERMISSION_DENIED', told);
    await refused(certificate('foreign', 'globex-*', {}), 'PERMISSION_DENIED', told);
    await refused(certificate('foreign', '*-admin', {}), 'PERMISSION_DENIED', told);
    await refused(certificate('foreign', '*', {}), 'PERMISSION_DENIED', told);
    await refused(certificate('foreign', 'GLOBEX-*', {}), 'PERMISSION_DENIED', told);
    await certificate('readers', 'acme-reader', {});
    await certificate('foreign', '*', {}, 'operator');
    // To take away a rule makes certificates fit those behind it.
    const away = set({ delete: [path('/authentication/certificate-rule[name=own]')] });
    await refused(away, 'PERMISSION_DENIED', told);
  });

  it('lets an issuer stand only for groups and users whose rights its author has', async () => {
    await issuer(claim('acme-readers'));
    const told = "this gives who comes from issuer 'corp' the right to";
    await refused(issuer(claim('globex-readers')), 'PERMISSION_DENIED', told);
    await refused(issuer({ ...claim('acme-readers'), 'local-users': true }), 'PERMISSION_DENIED', told);
    await issuer(claim('globex-readers'), 'operator');
    await refused(
      set({ update: [update('/authentication/issuer[name=corp]/url', 'https://evil.example')] }),
      'PERMISSION_DENIED',
      told,
    );
    await set({ update: [update('/user[name=limited]/description', 'as before')] });
    // A token that the one does not take any more is taken by the other.
    await put('/authentication/issuer[name=first]', { url: 'https://id.example', audience: ['edgeconf'] }, 'operator');
    await refused(set({ delete: [path('/authentication/issuer[name=first]')] }), 'PERMISSION_DENIED', told);
  });

  it('does not let denials go that keep those back who have rights by a group of their token', async () => {
    const free = () => set({ delete: [path('/user[name=limited]/role')] });
    await issuer(claim('globex-readers'), 'operator');
    await refused(free(), 'PERMISSION_DENIED', "this gives user 'limited' the right to read /site");
    await set({ delete: [path('/authentication')] }, 'operator');
    await free();
  });

  it('names nobody whom the author may not read', async () => {
    const rule = { name: 'rules', effect: 'allow', target: 'platform', path: '/role', action: ['create', 'update'] };
    const group = { name: 'secret-group', role: [{ tenant: 'globex', role: 'widening' }] };
    await service.merge('platform', {
      role: [{ name: 'rules-only', rule: [rule] }, { name: 'widening' }],
      group: [group],
      user: [
        { name: 'ruth', 'password-hash': await hashOf('ruth'), role: [{ tenant: '*', role: 'rules-only' }] },
        { name: 'secret-user', role: [{ tenant: 'globex', role: 'widening' }] },
      ],
    });
    const all = Buffer.from(JSON.stringify({ effect: 'allow', target: '*', action: ['read'] }));
    const update = [{ path: path('/role[name=widening]/rule[name=all]'), val: { json_ietf_val: all } }];
    const widen = (user: string) => set({ update }, user);
    const { details } = await refused(widen('ruth'), 'PERMISSION_DENIED', 'this gives somebody rights, which');
    assert.ok(!details.includes('secret'), details);
    await refused(widen('peter'), 'PERMISSION_DENIED', "this gives user 'secret-user' the right to read / in");
  });

  it('compares rights in targets whose model is that of the platform, too', async () => {
    const target = { name: 'globex-nested', tenant: 'globex', model: 'edgeconf-platform', 'model-version': '1' };
    await service.merge('platform', { target: [target] });
    const own = { effect: 'allow', target: '*', path: '/user', action: ['read'] };
    await refused(
      set({
        update: [
          { path: path('/role[name=nested]/rule[name=all]'), val: { json_ietf_val: Buffer.from(JSON.stringify(own)) } },
          {
            path: path('/user[name=nobody]/role[tenant=globex][role=nested]'),
            val: { json_ietf_val: Buffer.from('{}') },
          },
        ],
      }),
      'PERMISSION_DENIED',
      "this gives user 'nobody' the right to read /user",
    );
  });

  it('lets a service team use its devices, and not have the secrets of the service sent elsewhere', async () => {
    const core = readyMadeRoles.find((role) => (role as { name: string }).name === 'core-team');
    const address = 'http://10.0.0.5:5000';
    const parameter = [{ name: 'device', value: ['core'] }];
    await service.merge('platform', {
      role: [core],
      device: [{ name: 'core', kind: 'sd-core', address, 'credentials-reference': 'env:CORE' }],
      user: [
        {
          name: 'cora',
          'password-hash': await hashOf('cora'),
          role: [{ tenant: '*', role: 'core-team', parameter }],
        },
      ],
    });
    const change = (leaf: string, value: string | boolean) =>
      set({ update: [update(`/device[name=core]/${leaf}`, value)] }, 'cora');
    for (const [leaf, value] of [
      ['address', 'http://10.6.6.6:80'],
      ['credentials-reference', 'file:/etc/shadow'],
      ['kind', 'other'],
    ] as const) {
      await refused(change(leaf, value), 'PERMISSION_DENIED', `may not update /device[name=core]/${leaf}`);
    }
    await change('enabled', false);
    await change('version', '3.0');
    const { notification } = await service
      .client('cora')
      .get({ prefix: { target: 'platform' }, path: [path('/device[name=core]/address')] });
    assert.equal(notification?.length, 1);
  });

  it('tells password hashes in no answer, stream, violation or refusal', async () => {
    const told: string[] = [];
    const note = (value: unknown) => told.push(JSON.stringify(value), String((value as Error).message ?? ''));
    const client = service.client('peter');
    const users = { prefix: { target: 'platform' }, path: [path('/user')] };
    const { notification = [] } = await client.get(users);
    note(notification.map(({ update = [] }) => update.map(({ val }) => `${val?.json_val}`)));
    const once = new Subscription(client.subscribe());
    once.subscribe({ ...list('ONCE', ['/user', '/user/password-hash']), prefix: { target: 'platform' } });
    note(await once.untilSync());
    await once.ended();
    note(await refused(put('/user[name=globex-admin]/password-hash', hash), 'PERMISSION_DENIED'));
    note(await refused(put('/user[name=carl]', { 'password-hash': `${hash}$x` }), 'INVALID_ARGUMENT'));
    const wrong = await refused(
      put('/user[name=carl]', { 'password-hash': `${hash}$x` }, 'operator'),
      'INVALID_ARGUMENT',
    );
    assert.ok(wrong.details.includes('A password is kept only as its scrypt hash'));
    assert.ok(!JSON.stringify(wrong).includes(hash.slice(-20)) && !wrong.details.includes(hash.slice(-20)));
    note(
      await refused(
        put('/user[name=carl]', { 'password-hash': hash, role: [{ tenant: 'nowhere', role: 'reader' }] }),
        'INVALID_ARGUMENT',
      ),
    );
    note(await refused(client.get({ ...users, path: [path('/user/password-hash')] }), 'NOT_FOUND'));
    assert.ok(told.join().includes('acme-reader'));
    for (const secret of ['scrypt$', hash.split('$').at(-1) ?? '?']) assert.ok(!told.join().includes(secret), secret);
  });
});
