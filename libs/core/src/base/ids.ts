/** A string that names one kind of thing; the brand keeps an agent's id from being passed as a task's. */
export type Branded<Kind extends string> = string & { readonly __kind?: Kind };

export type FrameworkId = Branded<'framework'>;
export type OfferId = Branded<'offer'>;
export type AgentId = Branded<'agent'>;
export type TaskId = Branded<'task'>;
export type ExecutorId = Branded<'executor'>;
export type OperationId = Branded<'operation'>;
/** One operation on its way to an agent; made by the master. */
export type OperationUuid = Branded<'operation-uuid'>;
/** Tells two launches under one task id apart; made by the master. */
export type LaunchId = Branded<'launch'>;
/** The disks behind one agent's work directory; outlives agent ids. */
export type StoreId = Branded<'store'>;
export type Role = Branded<'role'>;
export type PersistenceId = Branded<'persistence'>;
export type Principal = Branded<'principal'>;
/** Names a subscription; a call that carries an older one is refused. */
export type StreamId = Branded<'stream'>;
/** Which leadership; the highest one seen is the fence. */
export type Epoch = number & { readonly __kind?: 'epoch' };
/** Counts the changes of one store's ledger. */
export type Revision = number & { readonly __kind?: 'revision' };

/** The role of resources that nobody has reserved. */
export const ANY_ROLE: Role = '*';
