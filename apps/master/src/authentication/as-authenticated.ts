import type { Principal, Result } from '@holdfast/core/base';
import type { CallInfo } from '@holdfast/platform/rpc';
import type { Authenticator } from './authenticator';

/** The gRPC metadata key is the HTTP header's name. */
export const AUTHORIZATION = 'authorization';

/** Who makes this gRPC call. */
export const authenticated = (authenticator: Authenticator, call: CallInfo): ReturnType<Authenticator['authenticate']> =>
  authenticator.authenticate(call.metadata(AUTHORIZATION));

type Handle<Req, Res> = (request: Req, call: CallInfo, principal: Principal | undefined) => Promise<Result<Res>> | Result<Res>;

/** A unary handler that is asked only once the caller has proved who they are; without delay where that is known at once. */
export const asAuthenticated =
  <Req, Res>(authenticator: Authenticator, handle: Handle<Req, Res>) =>
  (request: Req, call: CallInfo): Promise<Result<Res>> | Result<Res> => {
    const proceed = (caller: Result<Principal | undefined>) => (caller.ok ? handle(request, call, caller.value) : caller);
    const caller = authenticated(authenticator, call);
    return caller instanceof Promise ? caller.then(proceed) : proceed(caller);
  };
