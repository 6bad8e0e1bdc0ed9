/* SPDX-License-Identifier: GPL-2.0-only */
/* What drivers of ciphers and hashes share: queues of requests, contexts, walks through scatterlists. Templates, which
 * make one algorithm of others, are not there. */
#ifndef _CRYPTO_ALGAPI_H
#define _CRYPTO_ALGAPI_H

#include <crypto/utils.h>
#include <linux/align.h>
#include <linux/cache.h>
#include <linux/crypto.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#define MAX_ALGAPI_BLOCKSIZE	160
#define MAX_ALGAPI_ALIGNMASK	127
#define MAX_CIPHER_BLOCKSIZE	16
#define MAX_CIPHER_ALIGNMASK	15

#ifdef ARCH_DMA_MINALIGN
#define CRYPTO_DMA_ALIGN	ARCH_DMA_MINALIGN
#else
#define CRYPTO_DMA_ALIGN	CRYPTO_MINALIGN
#endif
#define CRYPTO_DMA_PADDING	((CRYPTO_DMA_ALIGN - 1) & ~(CRYPTO_MINALIGN - 1))

#define MODULE_ALIAS_CRYPTO(name) MODULE_ALIAS(name)

struct crypto_queue {
	struct list_head list;
	struct list_head *backlog;
	unsigned int qlen;
	unsigned int max_qlen;
};

struct scatter_walk {
	struct scatterlist *sg;
	unsigned int offset;
};

int crypto_register_alg(struct crypto_alg *alg);
void crypto_unregister_alg(struct crypto_alg *alg);
int crypto_register_algs(struct crypto_alg *algs, int count);
void crypto_unregister_algs(struct crypto_alg *algs, int count);
void crypto_init_queue(struct crypto_queue *queue, unsigned int max_qlen);
int crypto_enqueue_request(struct crypto_queue *queue, struct crypto_async_request *request);
void crypto_enqueue_request_head(struct crypto_queue *queue, struct crypto_async_request *request);
struct crypto_async_request *crypto_dequeue_request(struct crypto_queue *queue);
void crypto_inc(u8 *a, unsigned int size);

static inline unsigned int crypto_queue_len(struct crypto_queue *queue)
{
	return queue->qlen;
}

static inline struct crypto_async_request *crypto_get_backlog(struct crypto_queue *queue)
{
	if (queue->backlog == &queue->list)
		return NULL;
	return container_of(queue->backlog, struct crypto_async_request, list);
}

static inline void *crypto_tfm_ctx(struct crypto_tfm *tfm)
{
	return tfm->__crt_ctx;
}

static inline void *crypto_tfm_ctx_align(struct crypto_tfm *tfm, unsigned int align)
{
	return PTR_ALIGN(crypto_tfm_ctx(tfm), align <= crypto_tfm_ctx_alignment() ? 1 : align);
}

static inline unsigned int crypto_dma_align(void)
{
	return CRYPTO_DMA_ALIGN;
}

static inline unsigned int crypto_dma_padding(void)
{
	return (crypto_dma_align() - 1) & ~(crypto_tfm_ctx_alignment() - 1);
}

static inline void *crypto_tfm_ctx_dma(struct crypto_tfm *tfm)
{
	return crypto_tfm_ctx_align(tfm, crypto_dma_align());
}

static inline void crypto_request_complete(struct crypto_async_request *req, int err)
{
	req->complete(req->data, err);
}

static inline u32 crypto_tfm_alg_type(struct crypto_tfm *tfm)
{
	return tfm->__crt_alg->cra_flags & CRYPTO_ALG_TYPE_MASK;
}

#endif
