/* SPDX-License-Identifier: GPL-2.0-only */
/* Small memory. */
#ifndef _LINUX_SLAB_H
#define _LINUX_SLAB_H

#include <linux/cache.h>
#include <linux/gfp.h>
#include <linux/overflow.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <linux/cleanup.h>
#include <linux/hash.h>
#define SLAB_HWCACHE_ALIGN ((slab_flags_t)BIT(2))
#define SLAB_CACHE_DMA ((slab_flags_t)BIT(3))
#define SLAB_CACHE_DMA32 ((slab_flags_t)BIT(4))
#define SLAB_PANIC ((slab_flags_t)BIT(5))
#define SLAB_TYPESAFE_BY_RCU ((slab_flags_t)BIT(6))
#define SLAB_POISON ((slab_flags_t)0)
#define SLAB_RED_ZONE ((slab_flags_t)0)
#define SLAB_ACCOUNT ((slab_flags_t)0)
#define SLAB_RECLAIM_ACCOUNT ((slab_flags_t)0)
#define SLAB_NO_MERGE ((slab_flags_t)0)
#define ZERO_SIZE_PTR ((void *)16)
#define ZERO_OR_NULL_PTR(x) ((unsigned long)(x) <= (unsigned long)ZERO_SIZE_PTR)
#define KMALLOC_MAX_SIZE (4UL << 20)
#define KMALLOC_MAX_CACHE_SIZE 4096UL
#define KMALLOC_MIN_SIZE ARCH_KMALLOC_MINALIGN
#define ARCH_SLAB_MINALIGN ARCH_KMALLOC_MINALIGN

/* Aligned to a cache line, and to its size if that is a power of two; contiguous. NULL without memory. */
void *kmalloc(size_t size, gfp_t flags) __alloc_size(1);
void *krealloc(const void *p, size_t size, gfp_t flags) __realloc_size(2);
void kfree(const void *p);
void kfree_sensitive(const void *p);
/* The bytes that may be used, at least those asked for. */
size_t ksize(const void *p);
DEFINE_FREE(kfree, void *, if (!IS_ERR_OR_NULL(_T)) kfree(_T))
DEFINE_FREE(kfree_sensitive, void *, if (_T) kfree_sensitive(_T))

static inline __alloc_size(1) void *kzalloc(size_t size, gfp_t flags)
{
	return kmalloc(size, flags | __GFP_ZERO);
}
static inline __alloc_size(1, 2) void *kmalloc_array(size_t n, size_t size, gfp_t flags)
{
	size_t bytes;

	if (unlikely(check_mul_overflow(n, size, &bytes)))
		return NULL;
	return kmalloc(bytes, flags);
}
static inline __alloc_size(1, 2) void *kcalloc(size_t n, size_t size, gfp_t flags)
{
	return kmalloc_array(n, size, flags | __GFP_ZERO);
}
static inline __realloc_size(2, 3) void *__must_check krealloc_array(void *p, size_t n, size_t size, gfp_t flags)
{
	size_t bytes;

	if (unlikely(check_mul_overflow(n, size, &bytes)))
		return NULL;
	return krealloc(p, bytes, flags);
}
#define kmalloc_node(size, flags, node) kmalloc(size, flags)
#define kzalloc_node(size, flags, node) kzalloc(size, flags)
#define kmalloc_array_node(n, size, flags, node) kmalloc_array(n, size, flags)
#define kcalloc_node(n, size, flags, node) kcalloc(n, size, flags)
#define kmalloc_track_caller(size, flags) kmalloc(size, flags)
#define kmalloc_nolock(size, flags, node) kmalloc(size, flags)
#define kmalloc_obj(obj, flags) kmalloc(sizeof(obj), flags)
static inline size_t kmalloc_size_roundup(size_t size)
{
	return size;
}

/* There is no other memory to fall back to: the same as kmalloc, without its limit. */
void *kvmalloc(size_t size, gfp_t flags) __alloc_size(1);
void kvfree(const void *addr);
void kvfree_sensitive(const void *addr, size_t len);
void *kvrealloc(const void *p, size_t size, gfp_t flags);
DEFINE_FREE(kvfree, void *, if (!IS_ERR_OR_NULL(_T)) kvfree(_T))
static inline void *kvzalloc(size_t size, gfp_t flags)
{
	return kvmalloc(size, flags | __GFP_ZERO);
}
static inline __alloc_size(1, 2) void *kvmalloc_array(size_t n, size_t size, gfp_t flags)
{
	size_t bytes;

	if (unlikely(check_mul_overflow(n, size, &bytes)))
		return NULL;
	return kvmalloc(bytes, flags);
}
#define kvcalloc(n, size, flags) kvmalloc_array(n, size, (flags) | __GFP_ZERO)
#define kvmalloc_node(size, flags, node) kvmalloc(size, flags)
#define kvzalloc_node(size, flags, node) kvzalloc(size, flags)

struct kmem_cache;
struct kmem_cache *fv_kmem_cache_create(const char *name, unsigned int size, unsigned int align, slab_flags_t flags,
					void (*ctor)(void *));
struct kmem_cache_args {
	unsigned int align;
	unsigned int useroffset;
	unsigned int usersize;
	unsigned int freeptr_offset;
	bool use_freeptr_offset;
	void (*ctor)(void *);
};
#define kmem_cache_create(name, size, align, flags, ctor) fv_kmem_cache_create(name, size, align, flags, ctor)
#define kmem_cache_create_usercopy(name, size, align, flags, useroffset, usersize, ctor)                              \
	fv_kmem_cache_create(name, size, align, flags, ctor)
#define KMEM_CACHE(__struct, __flags)                                                                                 \
	fv_kmem_cache_create(#__struct, sizeof(struct __struct), __alignof__(struct __struct), (__flags), NULL)
void kmem_cache_destroy(struct kmem_cache *s);
int kmem_cache_shrink(struct kmem_cache *s);
unsigned int kmem_cache_size(struct kmem_cache *s);
void *kmem_cache_alloc(struct kmem_cache *s, gfp_t flags);
static inline void *kmem_cache_zalloc(struct kmem_cache *s, gfp_t flags)
{
	return kmem_cache_alloc(s, flags | __GFP_ZERO);
}
#define kmem_cache_alloc_node(s, flags, node) kmem_cache_alloc(s, flags)
void kmem_cache_free(struct kmem_cache *s, void *p);
void kmem_cache_free_bulk(struct kmem_cache *s, size_t size, void **p);
/* The number of objects: all or none. */
int kmem_cache_alloc_bulk(struct kmem_cache *s, gfp_t flags, size_t size, void **p);

/* Zeroed objects of P's type; the flags may be left out. */
#define fv_default_gfp(unused, gfp, ...) gfp
#define kvzalloc_objs(P, COUNT, ...) \
	((typeof(P) *)kvzalloc(size_mul(sizeof(P), (COUNT)), fv_default_gfp(, ##__VA_ARGS__, GFP_KERNEL)))
#define kvzalloc_obj(P, ...) kvzalloc_objs(P, 1, ##__VA_ARGS__)
#define kzalloc_objs(P, COUNT, ...) kvzalloc_objs(P, COUNT, ##__VA_ARGS__)
#define kzalloc_obj(P, ...) kvzalloc_objs(P, 1, ##__VA_ARGS__)

#endif
