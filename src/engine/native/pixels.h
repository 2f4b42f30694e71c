/* Every stride-th pixel of maps [batch, height, width, channels], taken out or put apart. */
#ifndef SAMLAB_PIXELS_H
#define SAMLAB_PIXELS_H

#include "tensorflow.h"

void *create_pixels(TF_OpKernelConstruction *construction);
void delete_pixels(void *kernel);
void compute_sample(void *kernel, TF_OpKernelContext *context);
void compute_spread(void *kernel, TF_OpKernelContext *context);

#endif
