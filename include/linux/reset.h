/* SPDX-License-Identifier: GPL-2.0-only */
/* Reset lines, for the devices at their ends. A NULL line is one that is not there: every function accepts it. */
#ifndef _LINUX_RESET_H
#define _LINUX_RESET_H

#include <linux/bits.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/types.h>

struct device;
struct device_node;
struct reset_control;

struct reset_control_bulk_data {
	const char *id;
	struct reset_control *rstc;
};

#define RESET_CONTROL_FLAGS_BIT_SHARED		BIT(0)	/* others may use it too */
#define RESET_CONTROL_FLAGS_BIT_OPTIONAL	BIT(1)	/* NULL if there is none */
#define RESET_CONTROL_FLAGS_BIT_ACQUIRED	BIT(2)	/* ready for use, without reset_control_acquire() */
#define RESET_CONTROL_FLAGS_BIT_DEASSERTED	BIT(3)	/* deasserted as long as the device is bound */

#define __RESET_FLAG(_name)	RESET_CONTROL_FLAGS_BIT_##_name
enum reset_control_flags {
	RESET_CONTROL_EXCLUSIVE = __RESET_FLAG(ACQUIRED),
	RESET_CONTROL_EXCLUSIVE_DEASSERTED = __RESET_FLAG(ACQUIRED) | __RESET_FLAG(DEASSERTED),
	RESET_CONTROL_EXCLUSIVE_RELEASED = 0,
	RESET_CONTROL_SHARED = __RESET_FLAG(SHARED),
	RESET_CONTROL_SHARED_DEASSERTED = __RESET_FLAG(SHARED) | __RESET_FLAG(DEASSERTED),
	RESET_CONTROL_OPTIONAL_EXCLUSIVE = __RESET_FLAG(OPTIONAL) | __RESET_FLAG(ACQUIRED),
	RESET_CONTROL_OPTIONAL_EXCLUSIVE_DEASSERTED =
		__RESET_FLAG(OPTIONAL) | __RESET_FLAG(ACQUIRED) | __RESET_FLAG(DEASSERTED),
	RESET_CONTROL_OPTIONAL_EXCLUSIVE_RELEASED = __RESET_FLAG(OPTIONAL),
	RESET_CONTROL_OPTIONAL_SHARED = __RESET_FLAG(OPTIONAL) | __RESET_FLAG(SHARED),
	RESET_CONTROL_OPTIONAL_SHARED_DEASSERTED =
		__RESET_FLAG(OPTIONAL) | __RESET_FLAG(SHARED) | __RESET_FLAG(DEASSERTED),
};

int reset_control_reset(struct reset_control *rstc);
int reset_control_rearm(struct reset_control *rstc);
int reset_control_assert(struct reset_control *rstc);
int reset_control_deassert(struct reset_control *rstc);
int reset_control_status(struct reset_control *rstc);
int reset_control_acquire(struct reset_control *rstc);
void reset_control_release(struct reset_control *rstc);
void reset_control_put(struct reset_control *rstc);

int reset_control_bulk_reset(int num_rstcs, struct reset_control_bulk_data *rstcs);
int reset_control_bulk_assert(int num_rstcs, struct reset_control_bulk_data *rstcs);
int reset_control_bulk_deassert(int num_rstcs, struct reset_control_bulk_data *rstcs);
int reset_control_bulk_acquire(int num_rstcs, struct reset_control_bulk_data *rstcs);
void reset_control_bulk_release(int num_rstcs, struct reset_control_bulk_data *rstcs);
void reset_control_bulk_put(int num_rstcs, struct reset_control_bulk_data *rstcs);

struct reset_control *__of_reset_control_get(struct device_node *node, const char *id, int index,
		enum reset_control_flags flags);
struct reset_control *__reset_control_get(struct device *dev, const char *id, int index,
		enum reset_control_flags flags);
struct reset_control *__devm_reset_control_get(struct device *dev, const char *id, int index,
		enum reset_control_flags flags);
int __reset_control_bulk_get(struct device *dev, int num_rstcs, struct reset_control_bulk_data *rstcs,
		enum reset_control_flags flags);
int __devm_reset_control_bulk_get(struct device *dev, int num_rstcs, struct reset_control_bulk_data *rstcs,
		enum reset_control_flags flags);
struct reset_control *devm_reset_control_array_get(struct device *dev, enum reset_control_flags flags);
struct reset_control *of_reset_control_array_get(struct device_node *np, enum reset_control_flags flags);
int reset_control_get_count(struct device *dev);
int __device_reset(struct device *dev, bool optional);

static inline int __must_check device_reset(struct device *dev)
{
	return __device_reset(dev, false);
}

static inline int device_reset_optional(struct device *dev)
{
	return __device_reset(dev, true);
}

/* The many names for the functions above: one for each way to get a line and each use of it. */
#define __RESET_GET(_how, _use, _flags) \
	static inline struct reset_control *_how##reset_control_get_##_use(struct device *dev, const char *id) \
	{ \
		return __##_how##reset_control_get(dev, id, 0, _flags); \
	}
#define __RESET_GET_BULK(_how, _use, _flags) \
	static inline int __must_check _how##reset_control_bulk_get_##_use( \
		struct device *dev, int num_rstcs, struct reset_control_bulk_data *rstcs) \
	{ \
		return __##_how##reset_control_bulk_get(dev, num_rstcs, rstcs, _flags); \
	}
#define __RESET_GET_OF(_use, _flags) \
	static inline struct reset_control *of_reset_control_get_##_use(struct device_node *node, const char *id) \
	{ \
		return __of_reset_control_get(node, id, 0, _flags); \
	}
#define __RESET_GET_INDEX(_how, _type, _use, _flags) \
	static inline struct reset_control *_how##reset_control_get_##_use##_by_index(_type *owner, int index) \
	{ \
		return __##_how##reset_control_get(owner, NULL, index, _flags); \
	}
#define __RESET_GET_ARRAY(_how, _type, _use, _flags) \
	static inline struct reset_control *_how##reset_control_array_get_##_use(_type *owner) \
	{ \
		return _how##reset_control_array_get(owner, _flags); \
	}

__RESET_GET(, exclusive, RESET_CONTROL_EXCLUSIVE)
__RESET_GET(, exclusive_released, RESET_CONTROL_EXCLUSIVE_RELEASED)
__RESET_GET(, shared, RESET_CONTROL_SHARED)
__RESET_GET(, optional_exclusive, RESET_CONTROL_OPTIONAL_EXCLUSIVE)
__RESET_GET(, optional_shared, RESET_CONTROL_OPTIONAL_SHARED)
__RESET_GET_BULK(, exclusive, RESET_CONTROL_EXCLUSIVE)
__RESET_GET_BULK(, exclusive_released, RESET_CONTROL_EXCLUSIVE_RELEASED)
__RESET_GET_BULK(, optional_exclusive_released, RESET_CONTROL_OPTIONAL_EXCLUSIVE_RELEASED)
__RESET_GET_BULK(, shared, RESET_CONTROL_SHARED)
__RESET_GET_BULK(, optional_exclusive, RESET_CONTROL_OPTIONAL_EXCLUSIVE)
__RESET_GET_BULK(, optional_shared, RESET_CONTROL_OPTIONAL_SHARED)

__RESET_GET(devm_, exclusive, RESET_CONTROL_EXCLUSIVE)
__RESET_GET(devm_, exclusive_deasserted, RESET_CONTROL_EXCLUSIVE_DEASSERTED)
__RESET_GET(devm_, exclusive_released, RESET_CONTROL_EXCLUSIVE_RELEASED)
__RESET_GET(devm_, optional_exclusive_released, RESET_CONTROL_OPTIONAL_EXCLUSIVE_RELEASED)
__RESET_GET(devm_, shared, RESET_CONTROL_SHARED)
__RESET_GET(devm_, shared_deasserted, RESET_CONTROL_SHARED_DEASSERTED)
__RESET_GET(devm_, optional_exclusive, RESET_CONTROL_OPTIONAL_EXCLUSIVE)
__RESET_GET(devm_, optional_exclusive_deasserted, RESET_CONTROL_OPTIONAL_EXCLUSIVE_DEASSERTED)
__RESET_GET(devm_, optional_shared, RESET_CONTROL_OPTIONAL_SHARED)
__RESET_GET(devm_, optional_shared_deasserted, RESET_CONTROL_OPTIONAL_SHARED_DEASSERTED)
__RESET_GET_BULK(devm_, exclusive, RESET_CONTROL_EXCLUSIVE)
__RESET_GET_BULK(devm_, exclusive_released, RESET_CONTROL_EXCLUSIVE_RELEASED)
__RESET_GET_BULK(devm_, optional_exclusive_released, RESET_CONTROL_OPTIONAL_EXCLUSIVE_RELEASED)
__RESET_GET_BULK(devm_, shared, RESET_CONTROL_SHARED)
__RESET_GET_BULK(devm_, shared_deasserted, RESET_CONTROL_SHARED_DEASSERTED)
__RESET_GET_BULK(devm_, optional_exclusive, RESET_CONTROL_OPTIONAL_EXCLUSIVE)
__RESET_GET_BULK(devm_, optional_shared, RESET_CONTROL_OPTIONAL_SHARED)
__RESET_GET_INDEX(devm_, struct device, exclusive, RESET_CONTROL_EXCLUSIVE)
__RESET_GET_INDEX(devm_, struct device, shared, RESET_CONTROL_SHARED)
__RESET_GET_ARRAY(devm_, struct device, exclusive, RESET_CONTROL_EXCLUSIVE)
__RESET_GET_ARRAY(devm_, struct device, shared, RESET_CONTROL_SHARED)
__RESET_GET_ARRAY(devm_, struct device, optional_exclusive, RESET_CONTROL_OPTIONAL_EXCLUSIVE)
__RESET_GET_ARRAY(devm_, struct device, optional_shared, RESET_CONTROL_OPTIONAL_SHARED)

__RESET_GET_OF(exclusive, RESET_CONTROL_EXCLUSIVE)
__RESET_GET_OF(optional_exclusive, RESET_CONTROL_OPTIONAL_EXCLUSIVE)
__RESET_GET_OF(shared, RESET_CONTROL_SHARED)
__RESET_GET_INDEX(of_, struct device_node, exclusive, RESET_CONTROL_EXCLUSIVE)
__RESET_GET_INDEX(of_, struct device_node, shared, RESET_CONTROL_SHARED)
__RESET_GET_ARRAY(of_, struct device_node, exclusive, RESET_CONTROL_EXCLUSIVE)
__RESET_GET_ARRAY(of_, struct device_node, exclusive_released, RESET_CONTROL_EXCLUSIVE_RELEASED)
__RESET_GET_ARRAY(of_, struct device_node, shared, RESET_CONTROL_SHARED)
__RESET_GET_ARRAY(of_, struct device_node, optional_exclusive, RESET_CONTROL_OPTIONAL_EXCLUSIVE)
__RESET_GET_ARRAY(of_, struct device_node, optional_shared, RESET_CONTROL_OPTIONAL_SHARED)

/* Older names, which mean exclusive use. */
#define of_reset_control_get(node, id)			of_reset_control_get_exclusive(node, id)
#define of_reset_control_get_by_index(node, index)	of_reset_control_get_exclusive_by_index(node, index)
#define devm_reset_control_get(dev, id)			devm_reset_control_get_exclusive(dev, id)
#define devm_reset_control_get_optional(dev, id)	devm_reset_control_get_optional_exclusive(dev, id)
#define devm_reset_control_get_by_index(dev, index)	devm_reset_control_get_exclusive_by_index(dev, index)

#endif
