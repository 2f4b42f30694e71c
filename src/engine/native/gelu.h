/* GELU and its derivative in one pass over memory. */
#ifndef SAMLAB_GELU_H
#define SAMLAB_GELU_H

#include "tensorflow.h"

void *create_gelu(TF_OpKernelConstruction *construction);
void delete_gelu(void *kernel);
void compute_gelu(void *kernel, TF_OpKernelContext *context);

#endif
