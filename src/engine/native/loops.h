/*
 * The loops over memory of batch norm and of its gradient, for one element type and one set of vector instructions. Before
 * each inclusion:
 *
 *   ELEMENT      type of the elements
 *   READ(e)      an element as a float
 *   WRITE(f)     a float as an element, rounded to the nearest
 *   CUT(f)       a float as an element, where nothing is lost
 *   TARGET       the attribute that names the instructions
 *   NAME(x)      x under a name of its own
 *
 * Rows of `width` elements lie one after another, each with a parameter for each column. Sums are taken in float over
 * ROWS_APART rows at most, then in double.
 */

/* Sums of x - center and of its square. */
TARGET static void NAME(moments)(const Pass *pass, const ELEMENT *x, long rows, int width, const Sums *sums) {
  const float *center = pass->center;
  float *a = sums->a, *b = sums->b;
  for (long left = rows; left > 0; left -= ROWS_APART) {
    const long some = left < ROWS_APART ? left : ROWS_APART;
    clear_partial(sums, width);
    for (long row = 0; row < some; row++, x += width) {
      EACH_COLUMN {
        const float apart = READ(x[c]) - center[c];
        a[c] += apart;
        b[c] += apart * apart;
      }
    }
    add_partial(sums, width);
  }
}

/* y = (x - center) factor + shift */
TARGET static void NAME(normalize)(const Pass *pass, const ELEMENT *x, ELEMENT *y, long rows, int width) {
  const float *center = pass->center, *factor = pass->factor, *shift = pass->shift;
  for (long row = 0; row < rows; row++, x += width, y += width) {
    EACH_COLUMN { y[c] = WRITE((READ(x[c]) - center[c]) * factor[c] + shift[c]); }
  }
}

/* y = max((x - center) factor + shift, 0) */
TARGET static void NAME(normalize_relu)(const Pass *pass, const ELEMENT *x, ELEMENT *y, long rows, int width) {
  const float *center = pass->center, *factor = pass->factor, *shift = pass->shift;
  for (long row = 0; row < rows; row++, x += width, y += width) {
    EACH_COLUMN {
      const float value = (READ(x[c]) - center[c]) * factor[c] + shift[c];
      y[c] = WRITE(value < 0 ? 0 : value);
    }
  }
}

/* y = max((x - center) factor + shift + side, 0) */
TARGET static void NAME(normalize_side_relu)(const Pass *pass, const ELEMENT *x, const ELEMENT *side, ELEMENT *y, long rows, int width) {
  const float *center = pass->center, *factor = pass->factor, *shift = pass->shift;
  for (long row = 0; row < rows; row++, x += width, y += width, side += width) {
    EACH_COLUMN {
      const float value = (READ(x[c]) - center[c]) * factor[c] + shift[c] + READ(side[c]);
      y[c] = WRITE(value < 0 ? 0 : value);
    }
  }
}

/* Sums of dy and of dy (x - center). */
TARGET static void NAME(gradient_sums)(const Pass *pass, const ELEMENT *dy, const ELEMENT *x, long rows, int width, const Sums *sums) {
  const float *center = pass->center;
  float *a = sums->a, *b = sums->b;
  for (long left = rows; left > 0; left -= ROWS_APART) {
    const long some = left < ROWS_APART ? left : ROWS_APART;
    clear_partial(sums, width);
    for (long row = 0; row < some; row++, dy += width, x += width) {
      EACH_COLUMN {
        const float slope = READ(dy[c]);
        a[c] += slope;
        b[c] += slope * (READ(x[c]) - center[c]);
      }
    }
    add_partial(sums, width);
  }
}

/* The same of what of dy a ReLU lets through that follows the normalisation. */
TARGET static void NAME(gradient_sums_relu)(const Pass *pass, const ELEMENT *dy, const ELEMENT *x, long rows, int width, const Sums *sums) {
  const float *center = pass->center, *factor = pass->factor, *shift = pass->shift;
  float *a = sums->a, *b = sums->b;
  for (long left = rows; left > 0; left -= ROWS_APART) {
    const long some = left < ROWS_APART ? left : ROWS_APART;
    clear_partial(sums, width);
    for (long row = 0; row < some; row++, dy += width, x += width) {
      EACH_COLUMN {
        const float apart = READ(x[c]) - center[c];
        const float slope = where(apart * factor[c] + shift[c] > 0, READ(dy[c]));
        a[c] += slope;
        b[c] += slope * apart;
      }
    }
    add_partial(sums, width);
  }
}

/* The same of what of dy a ReLU lets through whose output is y; that is also kept. */
TARGET static void NAME(gradient_sums_side_relu)(const Pass *pass, const ELEMENT *dy, const ELEMENT *x, const ELEMENT *y, ELEMENT *through, long rows, int width,
                                                 const Sums *sums) {
  const float *center = pass->center;
  float *a = sums->a, *b = sums->b;
  for (long left = rows; left > 0; left -= ROWS_APART) {
    const long some = left < ROWS_APART ? left : ROWS_APART;
    clear_partial(sums, width);
    for (long row = 0; row < some; row++, dy += width, x += width, y += width, through += width) {
      EACH_COLUMN {
        const float slope = where(READ(y[c]) > 0, READ(dy[c]));
        through[c] = CUT(slope);
        a[c] += slope;
        b[c] += slope * (READ(x[c]) - center[c]);
      }
    }
    add_partial(sums, width);
  }
}

/* The same where the gradient of y is dy + more, rounded to an element. */
TARGET static void NAME(gradient_sums_two_side_relu)(const Pass *pass, const ELEMENT *dy, const ELEMENT *more, const ELEMENT *x, const ELEMENT *y, ELEMENT *through,
                                                     long rows, int width, const Sums *sums) {
  const float *center = pass->center;
  float *a = sums->a, *b = sums->b;
  for (long left = rows; left > 0; left -= ROWS_APART) {
    const long some = left < ROWS_APART ? left : ROWS_APART;
    clear_partial(sums, width);
    for (long row = 0; row < some; row++, dy += width, more += width, x += width, y += width, through += width) {
      EACH_COLUMN {
        const ELEMENT sum = WRITE(where(READ(y[c]) > 0, READ(dy[c]) + READ(more[c])));
        const float slope = READ(sum);
        through[c] = sum;
        a[c] += slope;
        b[c] += slope * (READ(x[c]) - center[c]);
      }
    }
    add_partial(sums, width);
  }
}

/* dx = factor dy + slope (x - center) + level */
TARGET static void NAME(input_gradient)(const Pass *pass, const ELEMENT *dy, const ELEMENT *x, ELEMENT *dx, long rows, int width) {
  const float *center = pass->center, *factor = pass->factor, *slope = pass->slope, *level = pass->level;
  for (long row = 0; row < rows; row++, dy += width, x += width, dx += width) {
    EACH_COLUMN { dx[c] = WRITE(factor[c] * READ(dy[c]) + (slope[c] * (READ(x[c]) - center[c]) + level[c])); }
  }
}

/* The same from what of dy a ReLU lets through that follows the normalisation. */
TARGET static void NAME(input_gradient_relu)(const Pass *pass, const ELEMENT *dy, const ELEMENT *x, ELEMENT *dx, long rows, int width) {
  const float *center = pass->center, *factor = pass->factor, *shift = pass->shift, *slope = pass->slope, *level = pass->level;
  for (long row = 0; row < rows; row++, dy += width, x += width, dx += width) {
    EACH_COLUMN {
      const float apart = READ(x[c]) - center[c];
      const float through = where(apart * factor[c] + shift[c] > 0, READ(dy[c]));
      dx[c] = WRITE(factor[c] * through + (slope[c] * apart + level[c]));
    }
  }
}

static void NAME(run)(const Pass *pass, long from, long rows, int width, const Sums *sums) {
  const ELEMENT *x = AT(pass->x), *side = AT(pass->side), *dy = AT(pass->dy), *more = AT(pass->more);
  ELEMENT *y = AT(pass->y), *through = AT(pass->through), *dx = AT(pass->dx);
  switch (pass->loop) {
    case MOMENTS: NAME(moments)(pass, x, rows, width, sums); return;
    case NORMALIZE: NAME(normalize)(pass, x, y, rows, width); return;
    case NORMALIZE_RELU: NAME(normalize_relu)(pass, x, y, rows, width); return;
    case NORMALIZE_SIDE_RELU: NAME(normalize_side_relu)(pass, x, side, y, rows, width); return;
    case GRADIENT_SUMS: NAME(gradient_sums)(pass, dy, x, rows, width, sums); return;
    case GRADIENT_SUMS_RELU: NAME(gradient_sums_relu)(pass, dy, x, rows, width, sums); return;
    case GRADIENT_SUMS_SIDE_RELU: NAME(gradient_sums_side_relu)(pass, dy, x, y, through, rows, width, sums); return;
    case GRADIENT_SUMS_TWO_SIDE_RELU: NAME(gradient_sums_two_side_relu)(pass, dy, more, x, y, through, rows, width, sums); return;
    case INPUT_GRADIENT: NAME(input_gradient)(pass, dy, x, dx, rows, width); return;
    case INPUT_GRADIENT_RELU: NAME(input_gradient_relu)(pass, dy, x, dx, rows, width); return;
  }
}

#undef ELEMENT
#undef READ
#undef WRITE
#undef CUT
#undef TARGET
#undef NAME
