// Questions about access over gRPC: what is answered, to whom, and what is not told.

import assert from 'node:assert/strict';
import { credentials, type ServiceError, status } from '@grpc/grpc-js';
import { Verdict } from '../../../src/proto/access.ts';
import { type AccessClient, accessClient } from '../../../src/proto/access-client.ts';
import { Encoding } from '../../../src/proto/gnmi.ts';
import { parsePath } from '../../../src/proto/path-text.ts';
import { startService, type TestService } from '../../service.ts';

const clients: AccessClient[] = [];
let service: TestService;

function as(username: string): AccessClient {
  const channel = credentials.createInsecure();
  const client = accessClient({ address: service.address, channel, username, password: `${username}-secret` });
  clients.push(client);
  return client;
}

/** Code and text of a refused call. */
async function refused(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    const { code, details } = error as ServiceError;
    return `${status[code]}: ${details}`;
  }
  return assert.fail('nothing was refused');
}

const hashLess = (role: object) => ({ role: [role] });
const auditor = {
  name: 'auditor',
  rule: [
    { name: 'all', effect: 'allow', target: '*', path: '/', action: ['read'] },
    { name: 'platform', effect: 'allow', target: 'platform', path: '/', action: ['read'] },
    { name: 'hashes', effect: 'deny', target: 'platform', path: '/user/password-hash', action: ['read'] },
  ],
};

describe('questions about access over gRPC', () => {
  before(async () => {
    service = await startService();
    await service.merge('platform', hashLess(auditor));
    await service.merge('platform', {
      user: [{ name: 'nobody', role: [{ tenant: '*', role: 'auditor' }] }],
      group: [{ name: 'visitors', role: [{ tenant: 'globex', role: 'reader' }] }],
    });
    await service.merge('acme', { application: [{ 'application-id': 'cams', address: '10.0.0.1/32' }] });
  });
  after(async () => {
    for (const client of clients) client.close();
    await service.close();
  });

  /** The platform's configuration with a user who has exactly one role. */
  async function withUser(name: string, role: object): Promise<object> {
    const { notification } = await service
      .client('operator')
      .get({ prefix: { target: 'platform' }, path: [parsePath('/')], encoding: Encoding.JSON_IETF });
    const text = Buffer.from(notification?.[0]?.update?.[0]?.val?.json_ietf_val ?? []).toString('utf8');
    const tree = JSON.parse(text) as Record<string, { name: string }[]>;
    const { 'edgeconf-platform:audit': _, ...configuration } = tree;
    const users = tree['edgeconf-platform:user']?.map((user) =>
      user.name === name ? { ...user, role: [role] } : user,
    );
    return { ...configuration, 'edgeconf-platform:user': users };
  }

  describe('Check', () => {
    it('answers about the asker, with the rule that decides and how it came', async () => {
      const { verdict, rules } = await as('acme-planner').check({
        action: 'update',
        target: 'acme',
        path: '/application[application-id=cams]/address',
      });
      assert.equal(verdict, Verdict.ALLOWED);
      assert.deepEqual(JSON.parse(JSON.stringify(rules)), [
        {
          chain: ['planner'],
          role: 'planner',
          rule: 'applications',
          effect: 'allow',
          target: '*',
          path: '/application',
          group: '',
          tenant: 'acme',
          part: false,
        },
      ]);
    });

    it('says partly for what is allowed below in part only', async () => {
      const { verdict, rules } = await as('acme-planner').check({ action: 'read', target: 'acme', path: '/' });
      assert.deepEqual([verdict, rules?.[0]?.part], [Verdict.PARTLY, true]);
    });

    it('answers about others to whoever may read the policy, even if not the password hashes', async () => {
      const question = { action: 'delete', target: 'globex', path: '/site[site-id=a]' };
      for (const asker of ['operator', 'nobody']) {
        const about = (user: string, groups: string[] = []) =>
          as(asker).check({ ...question, subject: { user, groups } });
        assert.equal((await about('globex-admin')).verdict, Verdict.ALLOWED);
        assert.equal((await about('acme-admin')).verdict, Verdict.DENIED);
        assert.equal((await about('corp:zoe', ['visitors'])).verdict, Verdict.DENIED);
      }
      const read = {
        action: 'read',
        target: 'globex',
        path: '/site',
        subject: { user: 'corp:zoe', groups: ['visitors'] },
      };
      assert.equal((await as('nobody').check(read)).verdict, Verdict.ALLOWED);
      assert.equal(
        await refused(as('nobody').check({ ...question, subject: { user: 'ghost' } })),
        "NOT_FOUND: there is no user 'ghost' in /user of target 'platform'",
      );
    });

    it('refuses questions about others in the same words, whether they exist or not', async () => {
      const ask = (user: string, groups: string[]) =>
        refused(as('acme-admin').check({ action: 'read', target: 'acme', path: '/', subject: { user, groups } }));
      const expected =
        "PERMISSION_DENIED: user 'acme-admin' may ask about nobody else; that takes the right to read /user, /group and /role of target 'platform'";
      for (const user of ['globex-admin', 'ghost', '']) assert.equal(await ask(user, ['visitors']), expected);
      for (const group of ['visitors', 'ghosts']) assert.equal(await ask('acme-admin', [group]), expected);
      assert.equal(await ask('operator', []), expected);
    });

    it('answers about a foreign target, an unknown one, and paths in them alike', async () => {
      const ask = (target: string, path: string) => as('acme-admin').check({ action: 'read', target, path });
      const expected = await ask('globex', '/site');
      assert.deepEqual(JSON.parse(JSON.stringify(expected)), { verdict: 'DENIED' });
      for (const target of ['globex', 'ghost', 'platform']) {
        for (const path of ['/', '/site', '/no-such-node[x=y]', '/tenant'])
          assert.deepEqual(await ask(target, path), expected);
      }
    });

    it('refuses what nothing can be asked about, saying what would be right', async () => {
      const ask = (action: string, target: string, path: string) =>
        refused(as('acme-admin').check({ action, target, path }));
      assert.equal(
        await ask('write', 'acme', '/'),
        "INVALID_ARGUMENT: there is no action 'write'; write one of read, create, update, delete, execute",
      );
      assert.match(
        await ask('read', 'acme', '/sites'),
        /^INVALID_ARGUMENT: \/sites: no such node 'sites' .*known here: /,
      );
      assert.match(await ask('read', 'acme', '/site['), /^INVALID_ARGUMENT: path "\/site\[": at offset/);
      assert.equal(
        await ask('read', 'acme', '/*'),
        "INVALID_ARGUMENT: path /*: it means 6 nodes of target 'acme'; name one",
      );
      assert.equal(await ask('read', '', '/'), 'INVALID_ARGUMENT: path /: name the target that it is in');
    });
  });

  describe('WhoCan', () => {
    it('names users and groups with the deciding rule, to readers of the policy only', async () => {
      const question = { action: 'read', target: 'globex', path: '/site' };
      const { able } = await as('nobody').whoCan(question);
      assert.deepEqual(
        able?.map(({ kind, name, rules }) => [kind, name, rules?.[0]?.role]),
        [
          ['user', 'globex-admin', 'admin'],
          ['user', 'nobody', 'auditor'],
          ['user', 'operator', 'operator'],
          ['group', 'visitors', 'reader'],
        ],
      );
      assert.match(await refused(as('globex-admin').whoCan(question)), /^PERMISSION_DENIED: /);
      assert.match(await refused(as('globex-admin').whoCan({ ...question, target: 'ghost' })), /^PERMISSION_DENIED: /);
    });
  });

  describe('Reach', () => {
    it('lists by target and action what the asker may do', async () => {
      const { parts } = await as('nobody').reach({});
      assert.deepEqual(JSON.parse(JSON.stringify(parts)), [
        { target: 'platform', actions: ['read'], regions: [{ path: '/', except: ['/user/password-hash'] }] },
        { target: 'acme', actions: ['read'], regions: [{ path: '/' }] },
        { target: 'globex', actions: ['read'], regions: [{ path: '/' }] },
      ]);
      const planner = await as('acme-planner').reach({});
      assert.deepEqual(JSON.parse(JSON.stringify(planner.parts)), [
        {
          target: 'acme',
          actions: ['read', 'create', 'update', 'delete', 'execute'],
          regions: [{ path: '/application' }],
        },
      ]);
    });
  });

  describe('Compare', () => {
    const path = (text: string) => parsePath(text);

    it('tells which decisions a change would flip, and changes nothing', async () => {
      const head = service.datastore.head.revision;
      const { flips } = await as('operator').compare({
        change: {
          delete: [path('/user[name=globex-admin]/role')],
          update: [
            {
              path: path('/role[name=planner]/rule[name=no-addresses]'),
              val: json({ effect: 'deny', target: '*', path: '/application/address', action: ['update', 'delete'] }),
            },
          ],
        },
      });
      assert.equal(service.datastore.head.revision, head);
      assert.deepEqual(JSON.parse(JSON.stringify(flips)), [
        {
          ...{ kind: 'user', name: 'acme-planner', target: 'acme', actions: ['update', 'delete'], allowed: false },
          region: { path: '/application/address' },
          example: '/application[application-id=cams]/address',
        },
        {
          ...{ kind: 'user', name: 'globex-admin', target: 'globex' },
          actions: ['read', 'create', 'update', 'delete', 'execute'],
          ...{ allowed: false, region: { path: '/' }, example: '/' },
        },
      ]);
    });

    it('takes the number of list entries that go, as a Set does', async () => {
      await service.merge('platform', { 'guard-rails': { 'most-deletes': 0 } });
      const change = { delete: [path('/user[name=globex-admin]/role')] };
      assert.match(
        await refused(as('operator').compare({ change })),
        /^FAILED_PRECONDITION: this deletes 1 list entries.*edgeconf-confirm-deletes: 1/,
      );
      const { flips } = await as('operator').compare({ change }, { 'edgeconf-confirm-deletes': '1' });
      assert.deepEqual(
        flips?.map(({ name }) => name),
        ['globex-admin'],
      );
      await service.client('operator').set({ prefix: { target: 'platform' }, delete: [path('/guard-rails')] });
    });

    it('answers nothing for a change that changes nothing', async () => {
      const update = [
        { path: path('/role[name=planner]/rule[name=applications]/effect'), val: { ascii_val: 'allow' } },
      ];
      assert.deepEqual((await as('operator').compare({ change: { update } })).flips, []);
      assert.deepEqual((await as('operator').compare({})).flips, []);
    });

    it('needs the right to read the policy and to make the change, which has to be valid and about the policy', async () => {
      const change = { delete: [path('/user[name=acme-reader]')] };
      assert.match(
        await refused(as('acme-admin').compare({ change })),
        /^PERMISSION_DENIED: .*may ask about nobody else/,
      );
      assert.match(
        await refused(as('nobody').compare({ change })),
        /^PERMISSION_DENIED: .*may not delete \/user\[name=acme-reader\]/,
      );
      const wrong = { update: [{ path: path('/user[name=a]/role[tenant=ghost][role=reader]'), val: json({}) }] };
      assert.match(
        await refused(as('operator').compare({ change: wrong })),
        /^INVALID_ARGUMENT: .*There is no such tenant/,
      );
      const acme = { prefix: { target: 'acme' }, delete: [path('/application')] };
      assert.equal(
        await refused(as('operator').compare({ change: acme })),
        "INVALID_ARGUMENT: the change is about target 'acme'; a policy is changed in target 'platform'",
      );
      assert.match(
        await refused(as('operator').compare({ change: { delete: [path('/user[name=operator]')] } })),
        /^FAILED_PRECONDITION: after this change .* nobody could edit the policy/,
      );
    });
  });

  describe('Prove', () => {
    it('is for those who may read the whole platform', async () => {
      assert.match(await refused(as('acme-admin').prove()), /^PERMISSION_DENIED: .*may not ask for this/);
    });

    it('finds no crossing in a clean policy, and lists staff', async () => {
      for (const asker of ['operator', 'nobody']) {
        const { crossings, staff } = await as(asker).prove();
        assert.deepEqual(crossings, []);
        assert.deepEqual(
          staff?.map(({ who, operator }) => [who, operator]),
          [
            ['nobody', false],
            ['operator', true],
          ],
        );
      }
    });

    it('finds planted faults with requests that work', async () => {
      await service.merge('globex', { application: [{ 'application-id': 'secret', address: '10.0.0.9/32' }] });
      await service.merge('platform', {
        role: [
          {
            name: 'helpdesk',
            rule: [
              { name: 'reset', effect: 'allow', target: 'platform', path: '/user/group', action: ['create', 'read'] },
            ],
          },
        ],
        user: [
          { name: 'acme-reader', group: ['visitors'] },
          { name: 'acme-planner', role: [{ tenant: 'globex', role: 'planner' }] },
          { name: 'globex-admin', role: [{ tenant: '*', role: 'helpdesk' }] },
        ],
      });
      const { crossings = [] } = await as('operator').prove();
      assert.deepEqual(
        crossings.map(({ kind, who_kind, who, target }) => `${kind}: ${who_kind} ${who} in ${target}`),
        [
          'tenant: user acme-planner in acme',
          'tenant: user acme-planner in globex',
          'tenant: user acme-reader in globex',
          'policy: user globex-admin in platform',
        ],
      );
      const planner = crossings[1]?.requests ?? [];
      const address = '/application[application-id=secret]/address';
      assert.deepEqual(
        planner.slice(0, 3).map((request) => ({ ...request })),
        [
          { action: 'read', path: address },
          { action: 'create', path: '/application[application-id=example]/display-name' },
          { action: 'update', path: address },
        ],
      );
      // The requests as gNMI clients would send them.
      const gnmi = service.client('acme-planner');
      const prefix = { target: 'globex' };
      const { notification } = await gnmi.get({ prefix, path: [parsePath(address)], encoding: Encoding.PROTO });
      assert.equal(notification?.[0]?.update?.[0]?.val?.string_val, '10.0.0.9/32');
      await gnmi.set({ prefix, update: [{ path: parsePath(address), val: { ascii_val: '10.0.0.10/32' } }] });
      const read = crossings[2]?.requests?.[0]?.path ?? '';
      const seen = await service
        .client('acme-reader')
        .get({ prefix, path: [parsePath(read)], encoding: Encoding.PROTO });
      assert.equal(seen.notification?.[0]?.update?.length, 1);
      // Whoever may put users into groups can do so for themselves.
      const group = crossings[3]?.requests?.find(({ action }) => action === 'create')?.path ?? '';
      assert.equal(group, '/user[name=example]/group');
      await service.client('globex-admin').set({
        prefix: { target: 'platform' },
        update: [{ path: parsePath('/user[name=globex-admin]/group'), val: json(['visitors']) }],
      });
    });

    it('shows nothing of data that the asker may not read', async () => {
      const rule = (name: string, effect: string, path: string) => ({
        name,
        effect,
        target: 'platform',
        path,
        action: ['read'],
      });
      const clerk = { name: 'clerk', rule: [rule('all', 'allow', '/'), rule('hashes', 'deny', '/user/password-hash')] };
      await service.merge('platform', { role: [clerk] });
      await service.reset('platform', await withUser('nobody', { tenant: '*', role: 'clerk' }));
      const { crossings = [] } = await as('nobody').prove();
      const planner = crossings.find(({ who, target }) => who === 'acme-planner' && target === 'globex');
      assert.deepEqual(
        planner?.requests?.map(({ action, path }) => `${action} ${path}`),
        [
          'read /application[application-id=example]',
          'create /application[application-id=example]/display-name',
          'update /application[application-id=example]/display-name',
          'delete /application[application-id=example]/display-name',
          'execute /application[application-id=example]',
        ],
      );
    });

    it('looks at what certificates and tokens make of people, and names issuers and devices that tenants share', async () => {
      const other = await startService();
      try {
        const rule = { field: 'san-email', value: '*-admin', group: ['globex-readers'] };
        const claim = (value: string, ...group: string[]) => ({ value, group });
        await other.merge('platform', {
          group: [
            { name: 'acme-readers', role: [{ tenant: 'acme', role: 'reader' }] },
            { name: 'globex-readers', role: [{ tenant: 'globex', role: 'reader' }] },
          ],
          authentication: {
            'certificate-rule': [
              { name: 'admins', ...rule },
              { name: 'ops', field: 'san-dns', value: 'ops.example', user: 'operator' },
            ],
            issuer: [
              {
                ...{ name: 'corp', url: 'https://login.example', audience: ['edgeconf'] },
                claim: [claim('all', 'acme-readers', 'globex-readers'), claim('acme', 'acme-readers')],
              },
            ],
          },
          device: [
            { name: 'core', kind: 'sd-core', address: 'http://10.0.0.5:5000', endpoint: ['http://core.example:5000'] },
            { name: 'lab', kind: 'sd-core', address: 'http://10.0.0.6:5000' },
          ],
        });
        const site = (endpoint: string) => ({
          ...{
            'site-id': 'one',
            'imsi-definition': { mcc: '001', mnc: '01', enterprise: 1, format: 'CCCNNEEESSSSSSS' },
          },
          'connectivity-service': { 'core-5g': { endpoint } },
        });
        await other.merge('acme', { site: [site('http://core.example:5000')] });
        await other.merge('globex', { site: [site('http://10.0.0.5:5000')] });
        const channel = credentials.createInsecure();
        const client = accessClient({
          address: other.address,
          channel,
          username: 'operator',
          password: 'operator-secret',
        });
        clients.push(client);
        const { crossings, trusted_issuers, shared_devices } = await client.prove();
        assert.deepEqual(
          crossings?.map(({ who_kind, who, target }) => `${who_kind} ${who} in ${target}`),
          ['certificate admins as acme-admin in globex', 'claim corp/all in acme', 'claim corp/all in globex'],
        );
        assert.deepEqual(JSON.parse(JSON.stringify(trusted_issuers)), [
          { name: 'corp', groups: ['acme-readers', 'globex-readers'], tenants: ['acme', 'globex'], local_users: false },
        ]);
        assert.deepEqual(JSON.parse(JSON.stringify(shared_devices)), [{ name: 'core', tenants: ['acme', 'globex'] }]);
      } finally {
        await other.close();
      }
    });
  });
});

function json(value: unknown) {
  return { json_ietf_val: Buffer.from(JSON.stringify(value)) };
}
