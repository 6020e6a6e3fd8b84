// Logging in: who is let in, what the others are told, and that guessing is slow.

import assert from 'node:assert/strict';
import { Attempts } from '../../src/access/attempts.ts';
import { Login } from '../../src/access/login.ts';
import { hashPassword } from '../../src/access/password.ts';
import { PeerLimit } from '../../src/access/peer-limit.ts';
import type { Policy } from '../../src/access/policy.ts';
import { Slots } from '../../src/access/slots.ts';
import { who } from './fixture.ts';

const cost = { N: 256, r: 1, p: 1 };
const WRONG = { code: 'UNAUTHENTICATED', message: 'the credentials were not accepted' };
const MISSING = { code: 'UNAUTHENTICATED', message: 'username and password metadata are required' };

async function policyOf(passwords: Record<string, string | undefined>): Promise<Policy> {
  const users = new Map();
  for (const [name, password] of Object.entries(passwords)) {
    const passwordHash =
      password === undefined ? undefined : await hashPassword(password, Buffer.from(`salt of ${name}`), cost);
    users.set(name, { name, passwordHash, groups: [], assignments: [] });
  }
  return { users, groups: new Map(), roles: new Map() };
}

describe('login', () => {
  let nowMs = 0;
  const login = () => new Login({ secret: Buffer.alloc(32, 7), nowMs: () => nowMs, peers: new PeerLimit(() => nowMs) });
  let policy: Policy;

  before(async () => {
    policy = await policyOf({ alice: 'pa55', bob: 'other', carol: undefined });
  });

  it('lets in who has the right password, again and again', async () => {
    const one = login();
    for (let i = 0; i < 20; i++) {
      assert.deepEqual(await one.authenticate({ username: 'alice', password: 'pa55' }, policy), who('alice'));
    }
  });

  it('tells a wrong password, an unknown name and a user without a password the same', async () => {
    const one = login();
    for (const username of ['alice', 'nobody', 'carol']) {
      await assert.rejects(one.authenticate({ username, password: 'other' }, policy), WRONG);
    }
    await assert.rejects(one.authenticate({ username: 'alice', password: 'pa55 ' }, policy), WRONG);
  });

  it('asks for both when one is missing or empty', async () => {
    const one = login();
    for (const credentials of [
      {},
      { username: 'alice' },
      { password: 'pa55' },
      { username: '', password: 'x' },
      { username: 'alice', password: '' },
    ]) {
      await assert.rejects(one.authenticate(credentials, policy), MISSING);
    }
  });

  it('refuses a huge name or password before hashing it', async () => {
    const huge = { code: 'UNAUTHENTICATED', message: 'username and password may have 1024 bytes each' };
    await assert.rejects(login().authenticate({ username: 'alice', password: 'ä'.repeat(513) }, policy), huge);
    await assert.rejects(login().authenticate({ username: 'a'.repeat(1025), password: 'x' }, policy), huge);
  });

  it('slows down guesses at one name, known or not, and says how long to wait', async () => {
    const one = login();
    nowMs = 1000;
    for (const username of ['alice', 'nobody']) {
      for (let i = 0; i < 5; i++)
        await assert.rejects(one.authenticate({ username, password: `guess ${i}` }, policy), WRONG);
      const tooMany = { code: 'UNAUTHENTICATED', message: 'too many attempts; wait 2 s' };
      await assert.rejects(one.authenticate({ username, password: 'guess' }, policy), tooMany);
      await assert.rejects(one.authenticate({ username, password: 'pa55' }, policy), tooMany);
    }
    assert.deepEqual(await one.authenticate({ username: 'bob', password: 'other' }, policy), who('bob'));
    nowMs += 2000;
    assert.deepEqual(await one.authenticate({ username: 'alice', password: 'pa55' }, policy), who('alice'));
  });

  it('gives all attempts back after a success', async () => {
    const one = login();
    const guess = (i: number) =>
      assert.rejects(one.authenticate({ username: 'alice', password: `${i}` }, policy), WRONG);
    for (let i = 0; i < 4; i++) await guess(i);
    await one.authenticate({ username: 'alice', password: 'pa55' }, policy);
    for (let i = 4; i < 9; i++) await guess(i);
  });

  it('does not lock out a user who is logged in already', async () => {
    const one = login();
    await one.authenticate({ username: 'alice', password: 'pa55' }, policy);
    for (let i = 0; i < 9; i++) await assert.rejects(one.authenticate({ username: 'alice', password: `${i}` }, policy));
    assert.deepEqual(await one.authenticate({ username: 'alice', password: 'pa55' }, policy), who('alice'));
  });

  it('does not lock out a user elsewhere whose name is guessed at from one address for as long as it likes', async () => {
    const one = login();
    nowMs = 0;
    const peer = '192.0.2.1:5000';
    for (let i = 0; i < 60; i++) {
      nowMs += 1000;
      await assert.rejects(one.authenticate({ username: 'alice', password: `${i}`, peer }, policy));
    }
    await assert.rejects(one.authenticate({ username: 'alice', password: 'pa55', peer }, policy), {
      message: /^too many attempts/,
    });
    const elsewhere = { username: 'alice', password: 'pa55', peer: '198.51.100.7:5000' };
    assert.deepEqual(await one.authenticate(elsewhere, policy), who('alice'));
  });

  it('slows down guesses at one name from everywhere', async () => {
    const one = login();
    nowMs = 0;
    const guess = (i: number) =>
      one.authenticate({ username: 'alice', password: `${i}`, peer: `192.0.2.${i}:5000` }, policy);
    for (let i = 0; i < 50; i++) await assert.rejects(guess(i), WRONG);
    await assert.rejects(guess(50), { message: 'too many attempts; wait 1 s' });
    nowMs += 500;
    await assert.rejects(guess(50), WRONG);
    await assert.rejects(guess(51), { message: 'too many attempts; wait 1 s' });
  });

  it('takes the same credentials in many calls at once as one attempt', async () => {
    const one = login();
    const calls = Array.from({ length: 50 }, () => one.authenticate({ username: 'alice', password: 'pa55' }, policy));
    assert.equal(new Set((await Promise.all(calls)).map(({ name }) => name)).size, 1);
    const guesses = Array.from({ length: 8 }, (_, i) =>
      one.authenticate({ username: 'bob', password: `${i}` }, policy),
    );
    const answers = await Promise.allSettled(guesses);
    const messages = answers.map((answer) => (answer.status === 'rejected' ? String(answer.reason.message) : 'in'));
    assert.deepEqual(messages.filter((message) => message === WRONG.message).length, 5);
    assert.deepEqual(messages.filter((message) => message.startsWith('too many attempts')).length, 3);
  });

  it('bounds the names at work together', async () => {
    const one = login();
    const guesses = Array.from({ length: 80 }, (_, i) =>
      one.authenticate({ username: `n${i}`, password: 'x' }, policy),
    );
    const refused = (await Promise.allSettled(guesses)).filter(
      (answer) => answer.status === 'rejected' && answer.reason.message === 'too many attempts; wait 1 s',
    );
    assert.equal(refused.length, 80 - 2 - 64);
  });

  it('forgets a password that was good when the stored hash changes or the user goes', async () => {
    const one = login();
    await one.authenticate({ username: 'alice', password: 'pa55' }, policy);
    await assert.rejects(
      one.authenticate({ username: 'alice', password: 'pa55' }, await policyOf({ alice: 'new' })),
      WRONG,
    );
    await assert.rejects(one.authenticate({ username: 'alice', password: 'pa55' }, await policyOf({})), WRONG);
  });
});

describe('attempts', () => {
  it('come back one by one, and all at once after a success', () => {
    const attempts = new Attempts({ burst: 2, refillMs: 100, maxNames: 9 });
    assert.deepEqual(
      [0, 0, 0].map((at) => attempts.take('a', at)),
      [0, 0, 100],
    );
    assert.deepEqual(
      [60, 100, 100].map((at) => attempts.take('a', at)),
      [40, 0, 100],
    );
    attempts.forget('a');
    assert.deepEqual(
      [100, 100, 100].map((at) => attempts.take('a', at)),
      [0, 0, 100],
    );
    assert.equal(attempts.take('b', 100), 0);
  });

  it('that did not fail come back alone', () => {
    const attempts = new Attempts({ burst: 2, refillMs: 100, maxNames: 9 });
    for (const wait of [0, 0, 100]) assert.equal(attempts.take('a', 0), wait);
    attempts.giveBack('a');
    for (const wait of [0, 100]) assert.equal(attempts.take('a', 0), wait);
    attempts.giveBack('b');
    for (const wait of [0, 0, 100]) assert.equal(attempts.take('b', 0), wait);
  });

  it('remember a bounded number of names', () => {
    const attempts = new Attempts({ burst: 1, refillMs: 100, maxNames: 2 });
    for (const name of ['a', 'b', 'c']) assert.equal(attempts.take(name, 0), 0);
    assert.equal(attempts.take('c', 0), 100);
    assert.equal(attempts.take('a', 0), 0);
  });
});

describe('slots', () => {
  it('run so many jobs at a time, in order, and go on after one that failed', async () => {
    const slots = new Slots(1, 1);
    const done: string[] = [];
    let release = () => {};
    const first = slots.run(
      () =>
        new Promise<void>((resolve) => {
          release = resolve;
        }),
    );
    assert.equal(slots.full, false);
    const second = slots.run(async () => {
      done.push('second');
      throw new Error('no');
    });
    assert.equal(slots.full, true);
    release();
    await first;
    await assert.rejects(second, /no/);
    await slots.run(async () => {
      done.push('third');
    });
    assert.deepEqual(done, ['second', 'third']);
    assert.equal(slots.full, false);
  });
});
