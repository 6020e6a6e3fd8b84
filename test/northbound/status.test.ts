// Errors as gRPC statuses: codes, texts with violations, and what stays inside.

import assert from 'node:assert/strict';
import { status } from '@grpc/grpc-js';
import { EdgeconfError, type Violation } from '../../src/errors.ts';
import { grpcStatus } from '../../src/northbound/status.ts';
import { decodeViolations, statusDetailsKey } from '../../src/proto/rpc-status.ts';

describe('gRPC status', () => {
  const violation = (i: number): Violation => ({
    path: `/site[site-id='s${i}']/port`,
    errorTag: 'operation-failed',
    errorAppTag: 'port-order',
    message: `port ${i} is below the one before`,
  });

  it('carries code and message of an expected error, without details', () => {
    assert.deepEqual(grpcStatus(new EdgeconfError('NOT_FOUND', 'no value at /a')), {
      code: status.NOT_FOUND,
      details: 'no value at /a',
    });
  });

  it('lists violations in the text and as details', () => {
    const { code, details, metadata } = grpcStatus(
      new EdgeconfError('INVALID_ARGUMENT', 'not valid', { violations: [violation(1), violation(2)] }),
    );
    assert.equal(code, status.INVALID_ARGUMENT);
    assert.equal(
      details,
      "not valid: /site[site-id='s1']/port: port 1 is below the one before (port-order); " +
        "/site[site-id='s2']/port: port 2 is below the one before (port-order)",
    );
    const [bytes] = metadata?.get(statusDetailsKey) ?? [];
    const fields = decodeViolations(bytes as Buffer).map((field) => ({ ...field }));
    assert.deepEqual(fields[1], {
      field: "/site[site-id='s2']/port",
      description: 'port 2 is below the one before',
      reason: 'port-order',
    });
  });

  it('stays within what clients accept as headers, and says how many violations it left out', () => {
    const violations = Array.from({ length: 5_000 }, (_, i) => violation(i));
    const { details, metadata } = grpcStatus(new EdgeconfError('INVALID_ARGUMENT', 'x'.repeat(1_000), { violations }));
    assert.match(details, /; and \d{4} more$/);
    const [bytes] = metadata?.get(statusDetailsKey) ?? [];
    const size = Buffer.byteLength(details) + ((bytes as Buffer).length * 4) / 3;
    assert.ok(size < 6_000, `${size} bytes`);
  });

  it('cuts a long message between characters', () => {
    const { details } = grpcStatus(new EdgeconfError('ABORTED', 'é'.repeat(5_000)));
    assert.match(details, /^é+ \.\.\.$/);
    assert.ok(Buffer.byteLength(details) <= 1_800);
  });

  it('tells the client nothing of what was not expected', () => {
    const { code, details } = grpcStatus(new TypeError('secret internals'));
    assert.equal(code, status.INTERNAL);
    assert.ok(!details.includes('secret'));
  });
});
