import type { ShareNode } from './share-node';
import type { ShareTotals } from './share-totals';

/**
 * Siblings by share, then by number of offers, then by name (C-034). An allocation moves the few nodes that it concerns;
 * the whole is sorted only when totals changed or many moved, never per agent (toolchain 2g).
 */
export class ShareOrder<Subject> {
  private readonly nodes: ShareNode<Subject>[] = [];
  private readonly stale: ShareNode<Subject>[] = [];
  private sortedAt = -1;

  constructor(private readonly totals: ShareTotals) {}

  get size(): number {
    return this.nodes.length;
  }

  add(node: ShareNode<Subject>): void {
    if (node.siblings === this) return;
    node.siblings = this;
    this.nodes.push(node);
    this.sortedAt = -1;
  }

  remove(node: ShareNode<Subject>): void {
    if (node.siblings !== this) return;
    node.siblings = undefined;
    this.nodes.splice(this.nodes.indexOf(node), 1);
    if (node.placed.isStale) this.stale.splice(this.stale.indexOf(node), 1);
    node.placed.isStale = false;
  }

  /** Its share or count changed; it takes its new place when the order is next asked for, so a walk over it is not disturbed. */
  reconsider(node: ShareNode<Subject>): void {
    if (node.placed.isStale) return;
    node.placed.isStale = true;
    this.stale.push(node);
  }

  /** Who is next comes first. The array changes with the next call, not before. */
  inOrder(): readonly ShareNode<Subject>[] {
    if (this.sortedAt !== this.totals.version || this.stale.length * 4 > this.nodes.length) this.sortAll();
    else for (const node of this.stale) this.move(node);
    for (const node of this.stale) node.placed.isStale = false;
    this.stale.length = 0;
    return this.nodes;
  }

  private sortAll(): void {
    for (const node of this.nodes) this.place(node);
    this.nodes.sort(compare);
    this.sortedAt = this.totals.version;
  }

  private move(node: ShareNode<Subject>): void {
    const { nodes } = this;
    const from = this.positionFor(node);
    nodes.splice(from, 1);
    this.place(node);
    nodes.splice(this.positionFor(node), 0, node);
  }

  private place(node: ShareNode<Subject>): void {
    node.placed.share = node.share(this.totals.quantities);
    node.placed.offers = node.offers;
  }

  /** Before which of the others it belongs, by the keys they are sorted by; names are unique, so a node finds itself. */
  private positionFor(node: ShareNode<Subject>): number {
    let low = 0;
    let high = this.nodes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compare(this.nodes[middle]!, node) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function compare(a: ShareNode<unknown>, b: ShareNode<unknown>): number {
  if (a.placed.share !== b.placed.share) return a.placed.share - b.placed.share;
  if (a.placed.offers !== b.placed.offers) return a.placed.offers - b.placed.offers;
  if (a.name === b.name) return 0;
  return a.name < b.name ? -1 : 1;
}
