/* SPDX-License-Identifier: GPL-2.0-only */
/* Copying out of scatterlists and into them. */
#ifndef _CRYPTO_SCATTERWALK_H
#define _CRYPTO_SCATTERWALK_H

#include <crypto/algapi.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>

/* out says that the buffer goes into the list. */
void scatterwalk_copychunks(void *buf, struct scatter_walk *walk, size_t nbytes, int out);
void scatterwalk_map_and_copy(void *buf, struct scatterlist *sg, unsigned int start, unsigned int nbytes, int out);

static inline void scatterwalk_start(struct scatter_walk *walk, struct scatterlist *sg)
{
	walk->sg = sg;
	walk->offset = sg->offset;
}

static inline void scatterwalk_advance(struct scatter_walk *walk, unsigned int nbytes)
{
	walk->offset += nbytes;
}

#endif
