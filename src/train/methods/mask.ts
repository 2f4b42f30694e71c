import { z } from 'zod';
import { setting } from '../setting';

/** The mask of sparse SAM, however it is chosen. */
export const MASK = {
  /** Share of the parameters that sparse SAM leaves unperturbed, in [0, 1]. */
  sparsity: setting(z.number().min(0).max(1), 0.5, 'share that ssamF and ssamD leave unperturbed, 0 to 1', { letter: 's' }),
  /**
   * Whether sparse SAM masks the gradient before it is normalised, so that eps has the length rho (the paper's text, default), or the
   * perturbation after, which is then shorter (the authors' code).
   */
  maskAt: setting(z.enum(['beforeNorm', 'afterNorm']), 'beforeNorm', "beforeNorm: mask the gradient (SSAM's text); afterNorm: mask the perturbation (its authors' code)"),
  /** Epochs between masks. */
  maskEpochs: setting(z.int().min(1), 1, 'epochs between masks', { words: (epochs) => `mask renewed every ${epochs} epochs` }),
};
