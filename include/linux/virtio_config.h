/* SPDX-License-Identifier: GPL-2.0-only */
/* Configuration of virtio devices: what a transport provides, and fields in the device's byte order. */
#ifndef _LINUX_VIRTIO_CONFIG_H
#define _LINUX_VIRTIO_CONFIG_H

#include <linux/err.h>
#include <linux/bug.h>
#include <linux/virtio.h>
#include <linux/virtio_byteorder.h>
#include <linux/compiler_types.h>
#include <uapi/linux/virtio_config.h>

struct irq_affinity;
struct virtio_shm_region {
	u64 addr;
	u64 len;
};
typedef void vq_callback_t(struct virtqueue *);
struct virtqueue_info {
	const char *name;
	vq_callback_t *callback;
	bool ctx;
};
struct virtio_config_ops {
	void (*get)(struct virtio_device *vdev, unsigned int offset, void *buf, unsigned int len);
	void (*set)(struct virtio_device *vdev, unsigned int offset, const void *buf, unsigned int len);
	u32 (*generation)(struct virtio_device *vdev);
	u8 (*get_status)(struct virtio_device *vdev);
	void (*set_status)(struct virtio_device *vdev, u8 status);
	void (*reset)(struct virtio_device *vdev);
	int (*find_vqs)(struct virtio_device *vdev, unsigned int nvqs, struct virtqueue *vqs[],
			struct virtqueue_info vqs_info[], struct irq_affinity *desc);
	void (*del_vqs)(struct virtio_device *vdev);
	void (*synchronize_cbs)(struct virtio_device *vdev);
	u64 (*get_features)(struct virtio_device *vdev);
	int (*finalize_features)(struct virtio_device *vdev);
	const char *(*bus_name)(struct virtio_device *vdev);
	int (*set_vq_affinity)(struct virtqueue *vq, const struct cpumask *cpu_mask);
	const struct cpumask *(*get_vq_affinity)(struct virtio_device *vdev, int index);
	bool (*get_shm_region)(struct virtio_device *vdev, struct virtio_shm_region *region, u8 id);
	int (*disable_vq_and_reset)(struct virtqueue *vq);
	int (*enable_vq_after_reset)(struct virtqueue *vq);
};
/* Feature bits below 64. */
void virtio_check_driver_offered_feature(const struct virtio_device *vdev, unsigned int fbit);
static inline bool __virtio_test_bit(const struct virtio_device *vdev, unsigned int fbit)
{
	BUG_ON(fbit >= 64);
	return vdev->features & BIT_ULL(fbit);
}
static inline void __virtio_set_bit(struct virtio_device *vdev, unsigned int fbit)
{
	BUG_ON(fbit >= 64);
	vdev->features |= BIT_ULL(fbit);
}
static inline void __virtio_clear_bit(struct virtio_device *vdev, unsigned int fbit)
{
	BUG_ON(fbit >= 64);
	vdev->features &= ~BIT_ULL(fbit);
}
static inline bool virtio_has_feature(const struct virtio_device *vdev, unsigned int fbit)
{
	if (fbit < VIRTIO_TRANSPORT_F_START)
		virtio_check_driver_offered_feature(vdev, fbit);
	return __virtio_test_bit(vdev, fbit);
}
static inline bool virtio_has_dma_quirk(const struct virtio_device *vdev)
{
	return !virtio_has_feature(vdev, VIRTIO_F_ACCESS_PLATFORM);
}
static inline int virtio_find_vqs(struct virtio_device *vdev, unsigned int nvqs, struct virtqueue *vqs[],
				  struct virtqueue_info vqs_info[], struct irq_affinity *desc)
{
	return vdev->config->find_vqs(vdev, nvqs, vqs, vqs_info, desc);
}
static inline struct virtqueue *virtio_find_single_vq(struct virtio_device *vdev, vq_callback_t *c, const char *n)
{
	struct virtqueue_info info[] = { { n, c } };
	struct virtqueue *vq;
	int err = virtio_find_vqs(vdev, 1, &vq, info, NULL);

	return err < 0 ? ERR_PTR(err) : vq;
}
static inline void virtio_synchronize_cbs(struct virtio_device *dev)
{
	if (dev->config->synchronize_cbs)
		dev->config->synchronize_cbs(dev);
	else
		synchronize_rcu();
}
static inline void virtio_device_ready(struct virtio_device *dev)
{
	unsigned int status = dev->config->get_status(dev);

	WARN_ON(status & VIRTIO_CONFIG_S_DRIVER_OK);
	dev->config->set_status(dev, status | VIRTIO_CONFIG_S_DRIVER_OK);
}
static inline const char *virtio_bus_name(struct virtio_device *vdev)
{
	return vdev->config->bus_name ? vdev->config->bus_name(vdev) : "virtio";
}
static inline int virtqueue_set_affinity(struct virtqueue *vq, const struct cpumask *cpu_mask)
{
	struct virtio_device *vdev = vq->vdev;

	return vdev->config->set_vq_affinity ? vdev->config->set_vq_affinity(vq, cpu_mask) : 0;
}
static inline bool virtio_get_shm_region(struct virtio_device *vdev, struct virtio_shm_region *region, u8 id)
{
	return vdev->config->get_shm_region && vdev->config->get_shm_region(vdev, region, id);
}
static inline bool virtio_is_little_endian(struct virtio_device *vdev) { return true; }
#define FV_VIRTIO_FIELD(bits) \
	static inline u##bits virtio##bits##_to_cpu(struct virtio_device *vdev, __virtio##bits val) \
	{ \
		return __virtio##bits##_to_cpu(true, val); \
	} \
	static inline __virtio##bits cpu_to_virtio##bits(struct virtio_device *vdev, u##bits val) \
	{ \
		return __cpu_to_virtio##bits(true, val); \
	}
FV_VIRTIO_FIELD(16)
FV_VIRTIO_FIELD(32)
FV_VIRTIO_FIELD(64)

/* `count` elements, all of one generation of the configuration. */
static inline void __virtio_cread_many(struct virtio_device *vdev, unsigned int offset, void *buf, size_t count,
				       size_t bytes)
{
	u32 before, after = vdev->config->generation ? vdev->config->generation(vdev) : 0;

	might_sleep();
	do {
		before = after;
		for (size_t i = 0; i < count; i++)
			vdev->config->get(vdev, offset + bytes * i, buf + i * bytes, bytes);
		after = vdev->config->generation ? vdev->config->generation(vdev) : 0;
	} while (after != before);
}
static inline void virtio_cread_bytes(struct virtio_device *vdev, unsigned int offset, void *buf, size_t len)
{
	__virtio_cread_many(vdev, offset, buf, len, 1);
}
#define FV_VIRTIO_CREAD(bits) \
	static inline u##bits virtio_cread##bits(struct virtio_device *vdev, unsigned int offset) \
	{ \
		u##bits value; \
		__virtio_cread_many(vdev, offset, &value, 1, sizeof(value)); \
		return value; \
	} \
	static inline void virtio_cwrite##bits(struct virtio_device *vdev, unsigned int offset, u##bits val) \
	{ \
		might_sleep(); \
		vdev->config->set(vdev, offset, &val, sizeof(val)); \
	}
FV_VIRTIO_CREAD(8)
FV_VIRTIO_CREAD(16)
FV_VIRTIO_CREAD(32)
FV_VIRTIO_CREAD(64)
#define virtio_cread(vdev, structname, member, ptr) \
	do { \
		typeof(((structname *)0)->member) _v; \
		might_sleep(); \
		(vdev)->config->get((vdev), offsetof(structname, member), &_v, sizeof(_v)); \
		*(ptr) = (typeof(*(ptr)))_v; \
	} while (0)
#define virtio_cwrite(vdev, structname, member, ptr) \
	do { \
		typeof(((structname *)0)->member) _v = (typeof(_v))*(ptr); \
		might_sleep(); \
		(vdev)->config->set((vdev), offsetof(structname, member), &_v, sizeof(_v)); \
	} while (0)
#define virtio_cread_le(vdev, structname, member, ptr) virtio_cread(vdev, structname, member, ptr)
#define virtio_cwrite_le(vdev, structname, member, ptr) virtio_cwrite(vdev, structname, member, ptr)
#define virtio_cread_feature(vdev, fbit, structname, member, ptr) \
	({ \
		int _r = 0; \
		if (!virtio_has_feature(vdev, fbit)) \
			_r = -ENOENT; \
		else \
			virtio_cread((vdev), structname, member, ptr); \
		_r; \
	})
#define virtio_cread_le_feature(vdev, fbit, structname, member, ptr) \
	virtio_cread_feature(vdev, fbit, structname, member, ptr)

#endif
