import { assert, ok, refused, type Principal, type Result } from '@holdfast/core/base';
import type { SchedulerFormat } from '@holdfast/contracts';
import { bodyChecks, firstRefusal, formatOf, type Answer, type BodyHead, type HeadCheck } from '@holdfast/platform/mesos-http';
import { basicChallenge, REALM } from '../authentication';
import { FORMATS } from './formats';
import { redirect, type Leader } from './leader';

/** What can be known of a request before its body is read. */
export interface RequestHead extends BodyHead {
  /** Path and query. */
  readonly origin: string;
  readonly authenticated: Result<Principal | undefined>;
  readonly leader: Leader;
}

type Check = HeadCheck<RequestHead>;

const authentication: Check = ({ authenticated }) =>
  authenticated.ok
    ? undefined
    : {
        status: 401,
        text: authenticated.refusal.message,
        headers: { 'WWW-Authenticate': basicChallenge(REALM.scheduler) },
      };

const principalHasAName: Check = ({ authenticated }) =>
  authenticated.ok && authenticated.value === '' ? { status: 403, text: 'The authenticated principal has no name.' } : undefined;

const leadership: Check = ({ leader, origin }) => (leader.kind === 'us' ? undefined : redirect(leader, origin));

const IN_ORDER: readonly Check[] = [authentication, principalHasAName, leadership, ...bodyChecks(FORMATS)];

/** What the checks have found out. */
export interface Admitted {
  readonly principal: Principal | undefined;
  /** How the body is to be read. */
  readonly format: SchedulerFormat;
}

export function checkRequest(head: RequestHead): Result<Admitted, Answer> {
  const answer = firstRefusal(IN_ORDER, head);
  if (answer) return refused(answer);
  const format = formatOf(FORMATS, head.contentType ?? '');
  assert(head.authenticated.ok && format, 'what the checks let pass is authenticated and can be read');
  return ok({ principal: head.authenticated.value, format });
}
