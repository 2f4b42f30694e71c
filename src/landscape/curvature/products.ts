import type { Vector } from '../../engine/vector';
import { checkPoint } from '../inputChecks';
import type { LinearOperator, LinearOperatorSource, LossFunction } from '../operator';
import { checkSameLayout } from '../surface/checks';
import { drawInBlock, resolveBlock, type ParameterBlock } from '../parameterBlock';
import { checkStep, DIFFERENCE_STEP } from './differences';

/** Which part of a curvature matrix to take, and how. */
export interface CurvatureOptions {
  /** Only the rows and columns of these parameters. Default: all. */
  readonly block?: ParameterBlock;
  /**
   * `exact`: gradients differentiated again, exact but for rounding. `differences`: of gradients, over a step; for losses that
   * give nothing else. Default: `exact` where the loss can be differentiated twice.
   */
  readonly products?: 'exact' | 'differences';
  /** With differences, the length of the step to either side, in the 2-norm over all parameters. Default: {@link DIFFERENCE_STEP}. */
  readonly step?: number;
}

/** Products with the whole matrix, by derivatives and by differences. */
export interface Products<V extends Vector> {
  /** Present where the loss has second derivatives. */
  readonly exact?: (v: V) => Promise<V>;
  readonly differences: (v: V, step: number) => Promise<V>;
}

/** Operations for which the warning below has been printed. */
const announced = new Set<string>();

function tellOnce(caller: string, operation: string, step: number): void {
  if (!announced.has(operation)) {
    announced.add(operation);
    console.warn(
      `${caller}: ${operation} cannot be differentiated twice, so products are differences of gradients over steps of ${step} to either side. ` +
        'Results are marked so; near kinks of ReLUs they are wrong. A rule for its tangents makes them exact.',
    );
  }
}

/** Decides between derivatives and differences, before any product is computed. */
function chooseProducts<V extends Vector>(caller: string, loss: LossFunction<V>, point: V, { products, step }: CurvatureOptions): Pick<LinearOperatorSource, 'step' | 'reason'> & { readonly products: 'exact' | 'differences' } {
  const obstacle = products === 'differences' ? undefined : loss.second?.obstacle(point);
  if (products !== 'differences' && loss.second !== undefined && obstacle === undefined) {
    if (step !== undefined) {
      throw new RangeError(`${caller}: products with this loss are exact and take no step, got a step of ${step}; leave it out, ask for products: 'differences', or take secantCurvature.`);
    }
    return { products: 'exact' };
  }
  const reason = products === 'differences' ? 'asked for' : obstacle === undefined ? 'the loss gives gradients alone' : `${obstacle} cannot be differentiated twice`;
  if (products === 'exact') {
    throw new RangeError(`${caller}: there are no exact products, for ${reason}; ask for products: 'differences'.`);
  }
  const length = step ?? DIFFERENCE_STEP;
  checkStep(caller, length);
  if (obstacle !== undefined) {
    tellOnce(caller, obstacle, length);
  }
  return { products: 'differences', step: length, reason };
}

/** @throws RangeError for a vector that a matrix cannot be multiplied with. */
function checkVector(caller: string, point: Vector, v: Vector): void {
  checkSameLayout(point, v);
  const norm = v.norm();
  if (!(norm > 0 && norm < Infinity)) {
    throw new RangeError(`${caller}: expected a direction of finite length above 0, got ${norm}; a zero direction has no derivative along it.`);
  }
}

/** A curvature matrix of a loss as an operator, restricted to a block. Vectors are checked before a product is computed. */
export function curvatureOperator<V extends Vector>(
  matrix: Exclude<LinearOperatorSource['matrix'], 'given'>,
  loss: LossFunction<V>,
  point: V,
  options: CurvatureOptions,
  { exact, differences }: Products<V>,
): LinearOperator<V> {
  checkPoint(matrix, point);
  const block = resolveBlock(matrix, point.specs, options.block);
  const { step, ...way } = chooseProducts(matrix, loss, point, options);
  const cutDown = async (v: V, product: (v: V) => Promise<V>): Promise<V> => {
    checkVector(matrix, point, v);
    const whole = await product(v);
    try {
      return whole.restrict(block.keep);
    } finally {
      whole.dispose();
    }
  };
  const common = {
    source: { matrix, loss: loss.source, parameters: block.parameters, ...way, ...(step === undefined ? {} : { step }) },
    dimension: block.dimension,
    draw: (element: () => number) => drawInBlock(point, block, element),
  };
  if (step === undefined) {
    return { ...common, matvec: (v) => cutDown(v, exact!) };
  }
  return { ...common, matvec: (v) => cutDown(v, (whole) => differences(whole, step)), matvecAtTwiceTheStep: (v) => cutDown(v, (whole) => differences(whole, 2 * step)) };
}
