import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boolAttribute, floatAttribute, intAttribute, shapeAttribute, stringAttribute, stringListAttribute, typeAttribute, typeListAttribute } from '../binding';
import { placeholder, savedModelText } from './graphDef';

test('a graph by hand, with an attribute of every kind', () => {
  const attributes = [
    typeAttribute('T', 'bfloat16'),
    boolAttribute('flag', true),
    intAttribute('count', -3),
    intAttribute('strides', [1, 2]),
    intAttribute('none', []),
    floatAttribute('epsilon', 1e-5),
    stringAttribute('form', 'a "name"'),
    stringListAttribute('forms', ['a', 'b']),
    typeListAttribute('types', ['float32', 'bfloat16']),
    shapeAttribute('shape', [4, 0]),
  ];
  const nodes = [placeholder('x', 'float32'), { name: 'y', op: 'Op', inputs: ['x:0', 'c:0'], attributes }];
  const text = savedModelText(nodes, [{ name: 'c', dtype: 'int32', shape: [2], values: Int32Array.of(1, -1) }]);
  const attribute = (name: string, value: string): string => `attr { key: "${name}" value { ${value} } }`;
  assert.deepEqual(text.split('\n'), [
    'saved_model_schema_version: 1',
    'meta_graphs { meta_info_def { tags: "serve" }',
    'graph_def {',
    String.raw`node { name: "c" op: "Const" ${attribute('dtype', 'type: 3')} ${attribute('value', String.raw`tensor { dtype: 3 tensor_shape { dim { size: 2 } } tensor_content: "\001\000\000\000\377\377\377\377" }`)} }`,
    `node { name: "x" op: "Placeholder"  ${attribute('dtype', 'type: 1')} }`,
    `node { name: "y" op: "Op" input: "x:0" input: "c:0" ${[
      attribute('T', 'type: 14'),
      attribute('flag', 'b: true'),
      attribute('count', 'i: -3'),
      attribute('strides', 'list { i: 1 i: 2 }'),
      attribute('none', 'list {  }'),
      attribute('epsilon', 'f: 0.00001'),
      attribute('form', String.raw`s: "a \"name\""`),
      attribute('forms', 'list { s: "a" s: "b" }'),
      attribute('types', 'list { type: 1 type: 14 }'),
      attribute('shape', 'shape { dim { size: 4 } dim { size: 0 } }'),
    ].join(' ')} }`,
    'versions { producer: 1645 }',
    '} }',
    '',
  ]);
});
