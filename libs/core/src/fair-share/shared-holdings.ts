import { assert } from '@holdfast/core/base';
import type { Quantities } from './quantities';
import type { ShareNode } from './share-node';

/** Copies of one shared volume of one agent. */
export interface SharedCopies {
  /** Without allocation role: V under `eng/a` and V under `eng/b` are one volume (A-106 repaired). */
  readonly identity: string;
  readonly copies: number;
  /** Its size, by column. */
  readonly quantities: Quantities;
}

/** A node of the share tree, and how many copies it holds. */
interface Holder {
  readonly node: ShareNode<unknown>;
  copies: number;
}

/**
 * Who in the share tree holds copies of one agent's shared volumes, offered or used. A volume is charged in full, once, to every node
 * that holds at least one copy of it or has a child that does; giving back the last copy ends the charge.
 */
export class SharedHoldings {
  private readonly holders = new Map<string, Holder[]>();

  hold(node: ShareNode<unknown>, { identity, copies, quantities }: SharedCopies): void {
    let holders = this.holders.get(identity);
    if (!holders) this.holders.set(identity, (holders = []));
    for (let at: ShareNode<unknown> | undefined = node; at; at = at.parent) {
      const holder = holderIn(holders, at);
      if (holder) {
        holder.copies += copies;
      } else {
        holders.push({ node: at, copies });
        at.charge(quantities, 1);
      }
    }
  }

  /** The node holds at least as many copies. */
  release(node: ShareNode<unknown>, { identity, copies, quantities }: SharedCopies): void {
    const holders = this.holders.get(identity) ?? [];
    for (let at: ShareNode<unknown> | undefined = node; at; at = at.parent) {
      const holder = holderIn(holders, at);
      assert(holder && holder.copies >= copies, 'only copies that are held are released');
      holder.copies -= copies;
      if (holder.copies > 0) continue;
      holders.splice(holders.indexOf(holder), 1);
      at.charge(quantities, -1);
    }
    if (holders.length === 0) this.holders.delete(identity);
  }
}

const holderIn = (holders: readonly Holder[], node: ShareNode<unknown>): Holder | undefined =>
  holders.find((holder) => holder.node === node);
