// A radix tree: values filed under texts, found again along every text that begins with one of them.

interface Node<Value> {
  /** What the way to this node adds to that of its parent; empty at the root only. */
  edge: string;
  readonly values: Set<Value>;
  /** By the first character of their edges. */
  readonly children: Map<string, Node<Value>>;
}

export class RadixTree<Value> {
  private root = newNode<Value>('');

  add(text: string, value: Value): void {
    let node = this.root;
    for (let at = 0; at < text.length;) {
      const child = node.children.get(text[at]!);
      if (!child) {
        node = hang(node, newNode(text.slice(at)));
        break;
      }
      const common = commonLength(child.edge, text, at);
      node = common < child.edge.length ? split(node, child, common) : child;
      at += common;
    }
    node.values.add(value);
  }

  remove(text: string, value: Value): void {
    const way = this.way(text);
    const last = way.at(-1)!;
    if (last.rest !== '') return;
    last.node.values.delete(value);
    for (let i = way.length - 1; i > 0; i--) {
      const { node } = way[i]!;
      if (node.values.size > 0 || node.children.size > 0) break;
      way[i - 1]!.node.children.delete(node.edge[0]!);
    }
  }

  /** Every value filed under a head of `text`, with what of `text` follows that head; short heads first. */
  along(text: string): { value: Value; rest: string }[] {
    return this.way(text).flatMap(({ node, rest }) => [...node.values].map((value) => ({ value, rest })));
  }

  clear(): void {
    this.root = newNode('');
  }

  /** The nodes from the root on whose texts `text` begins with. */
  private way(text: string): { node: Node<Value>; rest: string }[] {
    const way = [{ node: this.root, rest: text }];
    let at = 0;
    for (let node = this.root.children.get(text[0] ?? ''); node; node = node.children.get(text[at] ?? '')) {
      if (!text.startsWith(node.edge, at)) break;
      at += node.edge.length;
      way.push({ node, rest: text.slice(at) });
    }
    return way;
  }
}

function newNode<Value>(edge: string): Node<Value> {
  return { edge, values: new Set(), children: new Map() };
}

function hang<Value>(parent: Node<Value>, child: Node<Value>): Node<Value> {
  parent.children.set(child.edge[0]!, child);
  return child;
}

/** Puts a node between a parent and its child, where the first `length` characters of the child's edge end. */
function split<Value>(parent: Node<Value>, child: Node<Value>, length: number): Node<Value> {
  const between = hang(parent, newNode<Value>(child.edge.slice(0, length)));
  child.edge = child.edge.slice(length);
  hang(between, child);
  return between;
}

/** How many characters of `edge` stand in `text` from `at` on. */
function commonLength(edge: string, text: string, at: number): number {
  let length = 0;
  while (length < edge.length && edge[length] === text[at + length]) length++;
  return length;
}
