// How each language names the files that it imports: for each import the paths that it may mean, in the terms of the file's own path.

/** A file as far as its imports are concerned; its path has `/` between its parts. */
export interface Importing {
  readonly path: string;
  readonly text: string;
}

/** For each import of a file the paths that it may mean, the likeliest first. */
export type ImportRule = (file: Importing) => string[][];

const scriptEndings = ['ts', 'tsx', 'js', 'jsx', 'mts', 'mjs', 'cts', 'cjs', 'vue', 'svelte'];

export function ofScript({ path, text }: Importing): string[][] {
  const imports = text.matchAll(/\b(?:from|import|require)\s*(?:\(\s*)?['"](\.{1,2}(?:\/[^'"\n]*)?)['"]/g);
  return [...imports].map(([, target]) => {
    const whole = joined(folderOf(path), target!);
    // A compiled module's ending stands for the source's.
    const stem = whole.replace(/\.[cm]?jsx?$/, '');
    const files = [stem, joined(stem, 'index')].flatMap((each) =>
      scriptEndings.map((ending) => `${each}.${ending}`),
    );
    return /\.\w+$/.test(whole) ? [whole, ...files] : files;
  });
}

export function ofPython({ path, text }: Importing): string[][] {
  const from = [...text.matchAll(/^[ \t]*from[ \t]+(\.*)((?:\w[\w.]*)?)[ \t]+import[ \t]+\(?\s*(\w+)?/gm)];
  const plain = [...text.matchAll(/^[ \t]*import[ \t]+([\w.]+)/gm)];
  const module = (bases: string[], name: string): string[] => {
    const parts = name.replaceAll('.', '/');
    const targets = bases.map((base) => joined(base, parts));
    return targets.flatMap((target) => [`${target}.py`, joined(target, '__init__.py')]);
  };
  return [
    ...from.map(([, dots = '', name = '', first = '']) => {
      const here = joined(folderOf(path), '../'.repeat(Math.max(0, dots.length - 1)));
      const bases = dots ? [here] : foldersAbove(path);
      // `from package import module` and `from module import name` look the same.
      const inner = [name, first].filter(Boolean).join('.');
      return [...module(bases, inner), ...(name ? module(bases, name) : [])];
    }),
    ...plain.map(([, name]) => module(foldersAbove(path), name!)),
  ];
}

export function ofC({ path, text }: Importing): string[][] {
  const includes = text.matchAll(/^[ \t]*#[ \t]*include[ \t]+"([^"\n]+)"/gm);
  return [...includes].map(([, target]) =>
    foldersAbove(path).flatMap((folder) => [
      joined(folder, target!),
      joined(joined(folder, 'include'), target!),
    ]),
  );
}

export function ofGo({ path, text }: Importing): string[][] {
  const lists = [...text.matchAll(/^import[ \t]*\(([^)]*)\)/gm)].map(([, list]) => list!);
  const single = [...text.matchAll(/^import[ \t]+([^(\n]+)$/gm)].map(([, line]) => line!);
  // A name without a `/` is the standard library's.
  const targets = [...lists, ...single].flatMap((each) => [...each.matchAll(/"([^"\n]+\/[^"\n]+)"/g)]);
  return targets.map(([, target]) => {
    // Where the module's own path ends is in go.mod; a package's main file has the package's name.
    const parts = target!.split('/');
    const most = parts[0]!.includes('.') ? parts.length : 2;
    const packages = parts.map((_, i) => parts.slice(i).join('/')).slice(0, most);
    return packages.flatMap((each) =>
      foldersAbove(path).map((folder) => joined(folder, `${each}/${parts.at(-1)!}.go`)),
    );
  });
}

export function ofJava({ path, text }: Importing): string[][] {
  const imports = text.matchAll(/^[ \t]*import[ \t]+(static[ \t]+)?([\w.]+)[ \t]*;/gm);
  return [...imports].map(([, isStatic, name]) => {
    const type = (isStatic ? name!.replace(/\.\w+$/, '') : name!).replaceAll('.', '/');
    return foldersAbove(path).map((folder) => joined(folder, `${type}.java`));
  });
}

export function ofRust({ path, text }: Importing): string[][] {
  const file = (target: string): string[] => [`${target}.rs`, joined(target, 'mod.rs')];
  const own = /(^|\/)(mod|lib|main)\.rs$/.test(path) ? folderOf(path) : path.replace(/\.rs$/, '');
  const modules = [...text.matchAll(/^[ \t]*(?:pub(?:\([^)]*\))?[ \t]+)?mod[ \t]+(\w+)[ \t]*;/gm)];
  const uses = [...text.matchAll(/\buse[ \t]+(crate|super)::((?:\w+::)*\w+)/g)];
  return [
    ...modules.map(([, name]) => file(joined(own, name!))),
    ...uses.map(([, root, name]) => {
      const parts = name!.split('::');
      const bases = root === 'super' ? [joined(own, '..')] : foldersAbove(path);
      // The last part may be a module, or a name in one.
      const targets = [parts, parts.slice(0, -1)].filter((each) => each.length > 0);
      return targets.flatMap((each) => bases.flatMap((base) => file(joined(base, each.join('/')))));
    }),
  ];
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** The folder of a file, the one above, and so on up to the root, which is empty. */
function foldersAbove(path: string): string[] {
  const folder = folderOf(path);
  return folder === '' ? [''] : [folder, ...foldersAbove(folder)];
}

/** A path under a folder, without `.` and `..`; above the root it stays outside of it. */
function joined(folder: string, path: string): string {
  const parts: string[] = [];
  for (const part of `${folder}/${path}`.split('/')) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return (folder.startsWith('/') ? '/' : '') + parts.join('/');
}
