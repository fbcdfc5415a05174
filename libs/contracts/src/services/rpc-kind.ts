import type { Codec, Method } from '../method';

/** One question, one answer. */
export const unary = <Req, Res>(service: string, name: string, request: Codec<Req>, response: Codec<Res>): Method<Req, Res> => ({
  path: `/${service}/${name}`,
  requestStream: false,
  responseStream: false,
  request,
  response,
});

/** One question, answers until either side ends. */
export const serverStream = <Req, Res>(service: string, name: string, request: Codec<Req>, response: Codec<Res>): Method<Req, Res> => ({
  ...unary(service, name, request, response),
  responseStream: true,
});

/** Messages both ways until either side ends. */
export const duplex = <Req, Res>(service: string, name: string, request: Codec<Req>, response: Codec<Res>): Method<Req, Res> => ({
  ...serverStream(service, name, request, response),
  requestStream: true,
});
