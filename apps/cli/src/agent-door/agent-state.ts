/** What the command reads of an agent's GET /state. */
export interface AgentState {
  readonly isolation: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly tasks: readonly AgentTask[];
  readonly volumes: readonly AgentVolume[];
}

export interface AgentTask {
  readonly id: string;
  readonly framework_id: string;
  readonly launch_id: string;
  readonly executor_id: string;
  readonly state: string;
  readonly pid: number | null;
  readonly directory: string;
  readonly disk_used_bytes: number | null;
}

export interface AgentVolume {
  readonly role: string;
  readonly persistence_id: string;
  readonly size_mb: number | null;
  readonly used_bytes: number | null;
  readonly shared: boolean;
  readonly path: string | null;
  readonly mounts: readonly {
    readonly framework_id: string;
    readonly task_id: string;
    readonly launch_id: string;
    readonly container_path: string;
    readonly mode: string;
    readonly state: string;
  }[];
}
