// What takes time to find out, found out once for each key; a failure is not kept.

export class Remembered<T> {
  private readonly known = new Map<string, Promise<T>>();

  get(key: string, find: () => Promise<T>): Promise<T> {
    const known = this.known.get(key);
    if (known) return known;
    const found = find();
    this.known.set(key, found);
    found.catch(() => this.known.delete(key));
    return found;
  }
}
