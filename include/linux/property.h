/* SPDX-License-Identifier: GPL-2.0-only */
/* Properties of devices, from wherever the firmware describes them. */
#ifndef _LINUX_PROPERTY_H
#define _LINUX_PROPERTY_H

#include <linux/args.h>
#include <linux/array_size.h>
#include <linux/bits.h>
#include <linux/cleanup.h>
#include <linux/fwnode.h>
#include <linux/stddef.h>
#include <linux/types.h>

struct device;

enum dev_prop_type {
	DEV_PROP_U8,
	DEV_PROP_U16,
	DEV_PROP_U32,
	DEV_PROP_U64,
	DEV_PROP_STRING,
	DEV_PROP_REF,
};

const struct fwnode_handle *__dev_fwnode_const(const struct device *dev);
struct fwnode_handle *__dev_fwnode(struct device *dev);
#define dev_fwnode(dev) \
	_Generic((dev), const struct device *: __dev_fwnode_const, struct device *: __dev_fwnode)(dev)

int fwnode_get_phy_mode(const struct fwnode_handle *fwnode);
int device_get_phy_mode(struct device *dev);
bool fwnode_property_present(const struct fwnode_handle *fwnode, const char *propname);
int fwnode_property_read_u8_array(const struct fwnode_handle *fwnode, const char *propname, u8 *val, size_t n);
int fwnode_property_read_u16_array(const struct fwnode_handle *fwnode, const char *propname, u16 *val,
				   size_t n);
int fwnode_property_read_u32_array(const struct fwnode_handle *fwnode, const char *propname, u32 *val,
				   size_t n);
int fwnode_property_read_u64_array(const struct fwnode_handle *fwnode, const char *propname, u64 *val,
				   size_t n);
int fwnode_property_read_string_array(const struct fwnode_handle *fwnode, const char *propname,
				      const char **val, size_t n);
int fwnode_property_read_string(const struct fwnode_handle *fwnode, const char *propname, const char **val);
int fwnode_property_match_string(const struct fwnode_handle *fwnode, const char *propname,
				 const char *string);
int fwnode_property_match_property_string(const struct fwnode_handle *fwnode, const char *propname,
					  const char *const *array, size_t n);
int fwnode_property_get_reference_args(const struct fwnode_handle *fwnode, const char *prop,
				       const char *nargs_prop, unsigned int nargs, unsigned int index,
				       struct fwnode_reference_args *args);
struct fwnode_handle *fwnode_find_reference(const struct fwnode_handle *fwnode, const char *name,
					    unsigned int index);
bool fwnode_device_is_available(const struct fwnode_handle *fwnode);
const char *fwnode_get_name(const struct fwnode_handle *fwnode);
struct fwnode_handle *fwnode_get_parent(const struct fwnode_handle *fwnode);
struct fwnode_handle *fwnode_get_next_child_node(const struct fwnode_handle *fwnode,
						 struct fwnode_handle *child);
struct fwnode_handle *fwnode_get_next_available_child_node(const struct fwnode_handle *fwnode,
							    struct fwnode_handle *child);
struct fwnode_handle *fwnode_get_named_child_node(const struct fwnode_handle *fwnode, const char *name);
struct fwnode_handle *device_get_next_child_node(const struct device *dev, struct fwnode_handle *child);
struct fwnode_handle *device_get_named_child_node(const struct device *dev, const char *name);
unsigned int device_get_child_node_count(const struct device *dev);
void __iomem *fwnode_iomap(struct fwnode_handle *fwnode, int index);
int fwnode_irq_get(const struct fwnode_handle *fwnode, unsigned int index);
int fwnode_irq_get_byname(const struct fwnode_handle *fwnode, const char *name);
const void *device_get_match_data(const struct device *dev);
bool device_dma_supported(const struct device *dev);
enum dev_dma_attr device_get_dma_attr(const struct device *dev);

static inline struct fwnode_handle *fwnode_handle_get(struct fwnode_handle *fwnode)
{
	return fwnode;
}

/* Nodes of the device tree are never freed. */
static inline void fwnode_handle_put(struct fwnode_handle *fwnode)
{
}

DEFINE_FREE(fwnode_handle, struct fwnode_handle *, fwnode_handle_put(_T))

#define fwnode_for_each_child_node(fwnode, child) \
	for (child = fwnode_get_next_child_node(fwnode, NULL); child; \
	     child = fwnode_get_next_child_node(fwnode, child))
#define fwnode_for_each_available_child_node(fwnode, child) \
	for (child = fwnode_get_next_available_child_node(fwnode, NULL); child; \
	     child = fwnode_get_next_available_child_node(fwnode, child))
#define device_for_each_child_node(dev, child) \
	for (child = device_get_next_child_node(dev, NULL); child; \
	     child = device_get_next_child_node(dev, child))
#define device_for_each_child_node_scoped(dev, child) \
	for (struct fwnode_handle *child __free(fwnode_handle) = device_get_next_child_node(dev, NULL); \
	     child; child = device_get_next_child_node(dev, child))

static inline bool device_property_present(const struct device *dev, const char *propname)
{
	return fwnode_property_present(dev_fwnode(dev), propname);
}

static inline bool device_property_read_bool(const struct device *dev, const char *propname)
{
	return device_property_present(dev, propname);
}

static inline bool fwnode_property_read_bool(const struct fwnode_handle *fwnode, const char *propname)
{
	return fwnode_property_present(fwnode, propname);
}

#define __PROPERTY_READERS(type) \
	static inline int device_property_read_##type##_array(const struct device *dev, \
							      const char *propname, type *val, size_t n) \
	{ \
		return fwnode_property_read_##type##_array(dev_fwnode(dev), propname, val, n); \
	} \
	static inline int device_property_read_##type(const struct device *dev, const char *propname, \
						      type *val) \
	{ \
		return fwnode_property_read_##type##_array(dev_fwnode(dev), propname, val, 1); \
	} \
	static inline int device_property_count_##type(const struct device *dev, const char *propname) \
	{ \
		return fwnode_property_read_##type##_array(dev_fwnode(dev), propname, NULL, 0); \
	} \
	static inline int fwnode_property_read_##type(const struct fwnode_handle *fwnode, \
						      const char *propname, type *val) \
	{ \
		return fwnode_property_read_##type##_array(fwnode, propname, val, 1); \
	} \
	static inline int fwnode_property_count_##type(const struct fwnode_handle *fwnode, \
						       const char *propname) \
	{ \
		return fwnode_property_read_##type##_array(fwnode, propname, NULL, 0); \
	}
__PROPERTY_READERS(u8)
__PROPERTY_READERS(u16)
__PROPERTY_READERS(u32)
__PROPERTY_READERS(u64)
#undef __PROPERTY_READERS

static inline int device_property_read_string_array(const struct device *dev, const char *propname,
						    const char **val, size_t n)
{
	return fwnode_property_read_string_array(dev_fwnode(dev), propname, val, n);
}

static inline int device_property_read_string(const struct device *dev, const char *propname,
					      const char **val)
{
	return fwnode_property_read_string(dev_fwnode(dev), propname, val);
}

static inline int device_property_match_string(const struct device *dev, const char *propname,
					       const char *string)
{
	return fwnode_property_match_string(dev_fwnode(dev), propname, string);
}

static inline int device_property_match_property_string(const struct device *dev, const char *propname,
							const char *const *array, size_t n)
{
	return fwnode_property_match_property_string(dev_fwnode(dev), propname, array, n);
}

static inline int device_property_string_array_count(const struct device *dev, const char *propname)
{
	return fwnode_property_read_string_array(dev_fwnode(dev), propname, NULL, 0);
}

static inline int fwnode_property_string_array_count(const struct fwnode_handle *fwnode,
						     const char *propname)
{
	return fwnode_property_read_string_array(fwnode, propname, NULL, 0);
}

static inline bool fwnode_device_is_compatible(const struct fwnode_handle *fwnode, const char *compat)
{
	return fwnode_property_match_string(fwnode, "compatible", compat) >= 0;
}

static inline bool device_is_compatible(const struct device *dev, const char *compat)
{
	return fwnode_device_is_compatible(dev_fwnode(dev), compat);
}

static inline bool fwnode_device_is_big_endian(const struct fwnode_handle *fwnode)
{
	return fwnode_property_present(fwnode, "big-endian");
}

static inline bool device_is_big_endian(const struct device *dev)
{
	return fwnode_device_is_big_endian(dev_fwnode(dev));
}

/* Properties that code gives to devices it makes itself. */
struct property_entry {
	const char *name;
	size_t length;
	bool is_inline;
	enum dev_prop_type type;
	union {
		const void *pointer;
		union {
			u8 u8_data[8];
			u16 u16_data[4];
			u32 u32_data[2];
			u64 u64_data[1];
			const char *str[1];
		} value;
	};
};

#endif
