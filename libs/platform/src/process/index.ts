export { createLogger, type Logger, type LogMethod } from './logger';
export { runService, type RunningService, type ServiceSpec } from './run-service';
export { serveHttp, type HttpServer, type HttpServerOptions } from './serve-http';
export { ListenFault } from './listen-fault';
export { within } from './within';
