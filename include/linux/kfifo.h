/* SPDX-License-Identifier: GPL-2.0-only */
/* Rings of elements of a power of two. */
#ifndef _LINUX_KFIFO_H
#define _LINUX_KFIFO_H

#include <linux/array_size.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/stddef.h>
#include <linux/types.h>
#include <linux/uaccess.h>
struct __kfifo {
	unsigned int in;
	unsigned int out;
	unsigned int mask;
	unsigned int esize;
	void *data;
};
#define __STRUCT_KFIFO(type, size, ptype) { union { struct __kfifo kfifo; type *type_; const type *const_type; ptype *ptr; }; type buf[size]; }
#define DECLARE_KFIFO(fifo, type, size) struct __STRUCT_KFIFO(type, ((size < 2) || (size & (size - 1))) ? -1 : size, type) fifo
#define DECLARE_KFIFO_PTR(fifo, type) struct __STRUCT_KFIFO(type, 0, type) fifo
struct kfifo __STRUCT_KFIFO(unsigned char, 0, void);
#define INIT_KFIFO(fifo)                                                                                              \
	({                                                                                                                \
		typeof(&(fifo)) __tmp = &(fifo);                                                                              \
		__tmp->kfifo.in = __tmp->kfifo.out = 0;                                                                       \
		__tmp->kfifo.mask = ARRAY_SIZE(__tmp->buf) - 1;                                                               \
		__tmp->kfifo.esize = sizeof(*__tmp->type_);                                                                   \
		__tmp->kfifo.data = __tmp->buf;                                                                               \
	})
int __kfifo_alloc(struct __kfifo *fifo, unsigned int size, size_t esize, gfp_t gfp_mask);
void __kfifo_free(struct __kfifo *fifo);
unsigned int __kfifo_in(struct __kfifo *fifo, const void *buf, unsigned int len);
unsigned int __kfifo_out(struct __kfifo *fifo, void *buf, unsigned int len);
unsigned int __kfifo_out_peek(struct __kfifo *fifo, void *buf, unsigned int len);
#define kfifo_alloc(fifo, size, gfp_mask) __kfifo_alloc(&(fifo)->kfifo, size, sizeof(*(fifo)->type_), gfp_mask)
#define kfifo_free(fifo) __kfifo_free(&(fifo)->kfifo)
#define kfifo_initialized(fifo) ((fifo)->kfifo.mask)
#define kfifo_esize(fifo) ((fifo)->kfifo.esize)
#define kfifo_size(fifo) ((fifo)->kfifo.mask + 1)
#define kfifo_reset(fifo) (void)((fifo)->kfifo.in = (fifo)->kfifo.out = 0)
#define kfifo_reset_out(fifo) (void)((fifo)->kfifo.out = (fifo)->kfifo.in)
#define kfifo_len(fifo) ((fifo)->kfifo.in - (fifo)->kfifo.out)
#define kfifo_is_empty(fifo) ((fifo)->kfifo.in == (fifo)->kfifo.out)
#define kfifo_is_full(fifo) (kfifo_len(fifo) > (fifo)->kfifo.mask)
#define kfifo_avail(fifo) (kfifo_size(fifo) - kfifo_len(fifo))
#define kfifo_in(fifo, buf, n) __kfifo_in(&(fifo)->kfifo, buf, n)
#define kfifo_out(fifo, buf, n) __kfifo_out(&(fifo)->kfifo, buf, n)
#define kfifo_out_peek(fifo, buf, n) __kfifo_out_peek(&(fifo)->kfifo, buf, n)
#define kfifo_put(fifo, val) ({ typeof(*(fifo)->type_) __val = (val); __kfifo_in(&(fifo)->kfifo, &__val, 1); })
#define kfifo_get(fifo, val) __kfifo_out(&(fifo)->kfifo, val, 1)
#define kfifo_peek(fifo, val) __kfifo_out_peek(&(fifo)->kfifo, val, 1)
#define kfifo_skip(fifo) (void)((fifo)->kfifo.out++)
#define kfifo_skip_count(fifo, count) (void)((fifo)->kfifo.out += (count))
/* How many elements lie in one piece, at most n, and where in the ring they begin. */
static inline unsigned int __kfifo_out_linear(struct __kfifo *fifo, unsigned int *tail, unsigned int n)
{
	unsigned int at = fifo->out & fifo->mask;
	unsigned int held = fifo->in - fifo->out;

	if (tail)
		*tail = at;
	return min3(n, held, fifo->mask + 1 - at);
}
#define kfifo_out_linear(fifo, tail, n) __kfifo_out_linear(&(fifo)->kfifo, tail, n)
#define kfifo_out_linear_ptr(fifo, pointer, n) ({ unsigned int __at; unsigned int __count = kfifo_out_linear(fifo, &__at, n); *(pointer) = (void *)((fifo)->kfifo.data + __at * kfifo_esize(fifo)); __count; })
/* What is in the ring, as one or two pieces for a DMA that begins at dma; how many pieces. */
static inline unsigned int __kfifo_dma_out_piece(struct __kfifo *fifo, struct scatterlist *sg, unsigned int at,
						 unsigned int count, dma_addr_t dma)
{
	sg_set_buf(sg, (char *)fifo->data + at * fifo->esize, count * fifo->esize);
	if (dma != DMA_MAPPING_ERROR) {
		sg_dma_address(sg) = dma + at * fifo->esize;
		sg_dma_len(sg) = count * fifo->esize;
	}
	return 1;
}

static inline unsigned int __kfifo_dma_out_prepare(struct __kfifo *fifo, struct scatterlist *sgl, int nents,
						   unsigned int len, dma_addr_t dma)
{
	unsigned int at, made = 0;
	unsigned int first = __kfifo_out_linear(fifo, &at, len);
	unsigned int rest = min(len, fifo->in - fifo->out) - first;

	if (first && nents > 0)
		made += __kfifo_dma_out_piece(fifo, sgl, at, first, dma);
	if (rest && nents > 1)
		made += __kfifo_dma_out_piece(fifo, sgl + 1, 0, rest, dma);
	if (made)
		sg_mark_end(sgl + made - 1);
	return made;
}
#define kfifo_dma_out_prepare(fifo, sgl, nents, len) __kfifo_dma_out_prepare(&(fifo)->kfifo, sgl, nents, len, DMA_MAPPING_ERROR)
#define kfifo_dma_out_prepare_mapped(fifo, sgl, nents, len, dma) __kfifo_dma_out_prepare(&(fifo)->kfifo, sgl, nents, len, dma)
#define kfifo_dma_out_finish(fifo, len) kfifo_skip_count(fifo, (len) / kfifo_esize(fifo))
int __kfifo_init(struct __kfifo *fifo, void *buffer, unsigned int size, size_t esize);
#define kfifo_init(fifo, buffer, size) __kfifo_init(&(fifo)->kfifo, buffer, size, sizeof(*(fifo)->type_))
#define kfifo_in_spinlocked(fifo, buf, n, lock) ({ unsigned long __f; unsigned int __r; spin_lock_irqsave(lock, __f); __r = kfifo_in(fifo, buf, n); spin_unlock_irqrestore(lock, __f); __r; })
#define kfifo_out_spinlocked(fifo, buf, n, lock) ({ unsigned long __f; unsigned int __r; spin_lock_irqsave(lock, __f); __r = kfifo_out(fifo, buf, n); spin_unlock_irqrestore(lock, __f); __r; })

#endif
