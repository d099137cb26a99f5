// Who uses a machine, as each system tells it, and paths as a tree has them.

import assert from 'node:assert/strict';
import { posix, win32 } from 'node:path';
import { gitConfig } from '../../../src/editing/gitConfig';
import { native, slashed, type Tree, userOf } from '../../../src/editing/tree';

const onWindows = {
  ProgramData: 'C:\\ProgramData',
  ProgramFiles: 'C:\\Program Files',
  LOCALAPPDATA: 'C:\\Users\\Jörg Müller\\AppData\\Local',
};
const windowsUser = (environment: Record<string, string>, there: string[] = []) =>
  userOf('win32', 'C:\\Users\\Jörg Müller', environment, (file) => there.includes(file));

describe('a path of a tree', () => {
  it('begins with a slash, and has no others', () => {
    assert.equal(slashed('C:\\a b\\c.ts'), '/c:/a b/c.ts');
    assert.equal(slashed('C:/a\\c.ts'), '/c:/a/c.ts');
    assert.equal(slashed('/home/c.ts'), '/home/c.ts');
  });

  it('leads back to the file, also on a share of Windows', () => {
    for (const file of ['c:\\a b\\c.ts', '\\\\server\\Jörg$\\a\\c.ts']) {
      const inTree = slashed(file);
      assert.equal(posix.normalize(inTree), inTree);
      assert.equal(win32.normalize(native(inTree, '\\')), file);
    }
    assert.equal(native('/c:/on/Linux', '/'), '/c:/on/Linux');
  });
});

describe('the user of a machine', () => {
  it('is at home on Windows where Git is', () => {
    assert.equal(windowsUser({}).home, '/c:/Users/Jörg Müller');
    assert.equal(windowsUser({ HOME: 'D:\\home' }).home, '/d:/home');
    const drive = { HOMEDRIVE: 'H:', HOMEPATH: '\\me' };
    assert.equal(windowsUser(drive, ['H:\\me']).home, '/h:/me');
    assert.equal(windowsUser(drive).home, '/c:/Users/Jörg Müller');
  });

  it('shares the settings of Git with others, wherever the system has them', () => {
    assert.deepEqual(windowsUser(onWindows).shared, [
      '/c:/ProgramData/Git/config',
      '/c:/Program Files/Git/etc/gitconfig',
      '/c:/Users/Jörg Müller/AppData/Local/Programs/Git/etc/gitconfig',
    ]);
    assert.deepEqual(userOf('linux', '/h', {}).shared, ['/etc/gitconfig']);
    const apple = userOf('darwin', '/h', {}).shared;
    assert.ok(apple.includes('/etc/gitconfig') && apple.includes('/opt/homebrew/etc/gitconfig'));
  });

  it('has rules on Windows in files that the environment and the settings name', async () => {
    const excludesOf = async (environment: Record<string, string>, texts: Record<string, string> = {}) => {
      const tree: Tree = {
        read: (file) => Promise.resolve(file in texts ? Buffer.from(texts[file]!) : undefined),
        pathsOf: (file) => Promise.resolve([file]),
        user: windowsUser({ ...onWindows, ...environment }),
      };
      return (await gitConfig(tree, '/c:/r', ['/c:/r/.git/config'])).excludesFiles;
    };
    const named = (file: string): string => `[core]\n\texcludesFile = ${file}\n`;
    assert.deepEqual(await excludesOf({}), ['/c:/Users/Jörg Müller/.config/git/ignore']);
    assert.deepEqual(await excludesOf({ XDG_CONFIG_HOME: 'D:\\x' }), ['/d:/x/git/ignore']);
    assert.deepEqual(await excludesOf({ HOME: '\\\\server\\me' }), ['/::server:me/.config/git/ignore']);
    const global = { GIT_CONFIG_GLOBAL: 'D:\\settings\\git' };
    const texts = { '/d:/settings/git': '[include]\npath = more\n', '/d:/settings/more': named('D:/rules') };
    assert.deepEqual(await excludesOf(global, texts), ['/d:/rules']);
    // As it is installed, with one line more.
    const installed = [
      '[diff "astextplain"]\r\n\ttextconv = astextplain\r\n[filter "lfs"]\r\n\tclean = git-lfs clean -- %f',
      '[http]\r\n\tsslCAInfo = C:/Program Files/Git/mingw64/etc/ssl/certs/ca-bundle.crt',
      '[core]\r\n\tautocrlf = true\r\n\tsymlinks = false\r\n\texcludesFile = ~/all',
      '[credential "https://dev.azure.com"]\r\n\tuseHttpPath = true\r\n',
    ].join('\r\n');
    const machine = { '/c:/Program Files/Git/etc/gitconfig': installed };
    assert.deepEqual(await excludesOf({}, machine), ['/c:/Users/Jörg Müller/all']);
  });
});
