// The weekly check of the catalogue, against a hub on this machine: what is gone, closed or another file is hidden, and shown again when it is back.

import assert from 'node:assert/strict';
import type { CatalogueModel } from '../../../src/library/catalogue';
import { complaintAbout, withHidden } from '../../../src/library/checkCatalogue';
import { HubProblem } from '../../../src/library/hub';
import { LocalHub } from './localHub';

describe('the check of the catalogue', () => {
  const hub = new LocalHub({ 'a/Coder': { 'coder.gguf': Buffer.alloc(3_000_000) } });
  let base: string;
  before(async () => (base = await hub.start()));
  after(() => hub.stop());
  afterEach(() => (hub.apiFault = undefined));

  const model = (more: Partial<CatalogueModel> = {}): CatalogueModel => ({
    ...{ name: 'Coder 3M', repository: 'a/Coder', file: 'coder.gguf', type: 'Q8_0', license: 'mit' },
    ...{ megabytes: 3, ...more },
  });
  const complaint = (each: CatalogueModel): Promise<string | undefined> =>
    complaintAbout(each, { base, fetch }, AbortSignal.timeout(10_000));

  it('finds nothing where the hub has the file in about that size', async () => {
    assert.equal(await complaint(model()), undefined);
    assert.equal(await complaint(model({ megabytes: 3.1 })), undefined);
  });

  it('tells what is gone, closed or of another size', async () => {
    assert.match((await complaint(model({ file: 'other.gguf' })))!, /has no file other\.gguf/);
    assert.match((await complaint(model({ repository: 'a/Nothing' })))!, /does not have/);
    assert.equal(await complaint(model({ megabytes: 4 })), 'it has 3 MB, not 4');
    hub.apiFault = { status: 403, headers: { 'x-error-code': 'GatedRepo' } };
    assert.match((await complaint(model()))!, /agreed to its terms/);
  });

  it('says nothing against a model where the hub itself is not well', async () => {
    hub.apiFault = { status: 503 };
    await assert.rejects(complaint(model()), HubProblem);
  });

  it('hides what fails, and shows it again when it is back', () => {
    const [well, ill] = [model(), model({ name: 'Other 1M' })];
    const hidden = withHidden([well, ill], new Map([[ill, 'it is gone']]));
    assert.deepEqual(hidden, [well, { ...ill, hidden: 'it is gone' }]);
    assert.deepEqual(withHidden(hidden, new Map()), [well, ill]);
  });
});
