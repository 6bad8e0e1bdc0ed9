/* SPDX-License-Identifier: GPL-2.0-only */
/* The host's device tree. Nodes are made once, at boot, and stay: of_node_get() and of_node_put() count nothing. */
#ifndef _LINUX_OF_H
#define _LINUX_OF_H

#include <linux/types.h>
#include <linux/bitops.h>
#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/kobject.h>
#include <linux/mod_devicetable.h>
#include <linux/property.h>
#include <linux/list.h>
#include <linux/string.h>
#include <asm/byteorder.h>

typedef u32 phandle;
typedef u32 ihandle;

struct property {
	char *name;
	int length;
	void *value;
	struct property *next;
};

struct device_node {
	const char *name;
	phandle phandle;
	const char *full_name;
	struct fwnode_handle fwnode;
	struct property *properties;
	struct device_node *parent;
	struct device_node *child;
	struct device_node *sibling;
	/* The next node of the whole tree, in the order of the tree's source. */
	struct device_node *allnext;
	unsigned long _flags;
	void *data;
};

#define MAX_PHANDLE_ARGS	NR_FWNODE_REFERENCE_ARGS

struct of_phandle_args {
	struct device_node *np;
	int args_count;
	uint32_t args[MAX_PHANDLE_ARGS];
};

#define OF_POPULATED		3
#define OF_POPULATED_BUS	4
#define OF_BAD_ADDR		((u64)-1)

extern struct device_node *of_root;
extern struct device_node *of_chosen;
extern struct device_node *of_aliases;
extern struct device_node *of_stdout;

static inline struct device_node *of_node_get(struct device_node *node)
{
	return node;
}

/* Nothing to count: nodes are never freed. */
static inline void of_node_put(struct device_node *node)
{
}

DEFINE_FREE(device_node, struct device_node *, if (_T) of_node_put(_T))

static inline int of_node_check_flag(const struct device_node *n, unsigned long flag)
{
	return test_bit(flag, &n->_flags);
}

static inline int of_node_test_and_set_flag(struct device_node *n, unsigned long flag)
{
	return test_and_set_bit(flag, &n->_flags);
}

static inline void of_node_set_flag(struct device_node *n, unsigned long flag)
{
	set_bit(flag, &n->_flags);
}

static inline void of_node_clear_flag(struct device_node *n, unsigned long flag)
{
	clear_bit(flag, &n->_flags);
}

bool is_of_node(const struct fwnode_handle *fwnode);

#define to_of_node(__fwnode) \
	({ \
		typeof(__fwnode) __to_of_node_fwnode = (__fwnode); \
		is_of_node(__to_of_node_fwnode) ? \
			container_of(__to_of_node_fwnode, struct device_node, fwnode) : NULL; \
	})

#define of_fwnode_handle(node) \
	({ \
		typeof(node) __of_fwnode_handle_node = (node); \
		__of_fwnode_handle_node ? &__of_fwnode_handle_node->fwnode : NULL; \
	})

static inline u64 of_read_number(const __be32 *cell, int size)
{
	u64 r = 0;

	for (; size--; cell++)
		r = (r << 32) | be32_to_cpu(*cell);
	return r;
}

static inline const char *of_node_full_name(const struct device_node *np)
{
	return np ? np->full_name : "<no-node>";
}

static inline bool of_node_is_root(const struct device_node *node)
{
	return node && !node->parent;
}

static inline bool of_have_populated_dt(void)
{
	return of_root != NULL;
}

bool of_node_name_eq(const struct device_node *np, const char *name);
bool of_node_name_prefix(const struct device_node *np, const char *prefix);

struct device_node *of_find_all_nodes(struct device_node *prev);
#define for_each_of_allnodes_from(from, dn) \
	for (dn = of_find_all_nodes(from); dn; dn = of_find_all_nodes(dn))
#define for_each_of_allnodes(dn) for_each_of_allnodes_from(NULL, dn)

struct device_node *of_find_node_by_name(struct device_node *from, const char *name);
struct device_node *of_find_node_by_type(struct device_node *from, const char *type);
struct device_node *of_find_compatible_node(struct device_node *from, const char *type, const char *compat);
struct device_node *of_find_matching_node_and_match(struct device_node *from,
						    const struct of_device_id *matches,
						    const struct of_device_id **match);
struct device_node *of_find_node_opts_by_path(const char *path, const char **opts);
struct device_node *of_find_node_by_phandle(phandle handle);
struct device_node *of_find_node_with_property(struct device_node *from, const char *prop_name);
struct device_node *of_get_parent(const struct device_node *node);
struct device_node *of_get_next_parent(struct device_node *node);
struct device_node *of_get_next_child(const struct device_node *node, struct device_node *prev);
struct device_node *of_get_next_available_child(const struct device_node *node, struct device_node *prev);
struct device_node *of_get_compatible_child(const struct device_node *parent, const char *compatible);
struct device_node *of_get_child_by_name(const struct device_node *node, const char *name);

static inline struct device_node *of_find_node_by_path(const char *path)
{
	return of_find_node_opts_by_path(path, NULL);
}

static inline struct device_node *of_find_matching_node(struct device_node *from,
							const struct of_device_id *matches)
{
	return of_find_matching_node_and_match(from, matches, NULL);
}

struct property *of_find_property(const struct device_node *np, const char *name, int *lenp);
const void *of_get_property(const struct device_node *node, const char *name, int *lenp);
int of_property_count_elems_of_size(const struct device_node *np, const char *propname, int elem_size);
int of_property_read_u32_index(const struct device_node *np, const char *propname, u32 index, u32 *out);
int of_property_read_u64_index(const struct device_node *np, const char *propname, u32 index, u64 *out);
int of_property_read_u64(const struct device_node *np, const char *propname, u64 *out);
int of_property_read_variable_u8_array(const struct device_node *np, const char *propname, u8 *out,
				       size_t sz_min, size_t sz_max);
int of_property_read_variable_u16_array(const struct device_node *np, const char *propname, u16 *out,
					size_t sz_min, size_t sz_max);
int of_property_read_variable_u32_array(const struct device_node *np, const char *propname, u32 *out,
					size_t sz_min, size_t sz_max);
int of_property_read_variable_u64_array(const struct device_node *np, const char *propname, u64 *out,
					size_t sz_min, size_t sz_max);
int of_property_read_string(const struct device_node *np, const char *propname, const char **out);
int of_property_match_string(const struct device_node *np, const char *propname, const char *string);
int of_property_read_string_helper(const struct device_node *np, const char *propname, const char **out,
				   size_t sz, int index);
const __be32 *of_prop_next_u32(const struct property *prop, const __be32 *cur, u32 *pu);
const char *of_prop_next_string(const struct property *prop, const char *cur);

int of_device_is_compatible(const struct device_node *device, const char *compat);
int of_device_compatible_match(const struct device_node *device, const char *const *compat);
bool of_device_is_available(const struct device_node *device);
bool of_device_is_big_endian(const struct device_node *device);
int of_machine_is_compatible(const char *compat);
const struct of_device_id *of_match_node(const struct of_device_id *matches, const struct device_node *node);
const void *of_device_get_match_data(const struct device *dev);
int of_n_addr_cells(struct device_node *np);
int of_n_size_cells(struct device_node *np);
int of_alias_get_id(struct device_node *np, const char *stem);
int of_alias_get_highest_id(const char *stem);
int of_alias_from_compatible(const struct device_node *node, char *alias, int len);
struct device_node *of_get_cpu_node(int cpu, unsigned int *thread);

int __of_parse_phandle_with_args(const struct device_node *np, const char *list_name,
				 const char *cells_name, int cell_count, int index,
				 struct of_phandle_args *out_args);
int of_count_phandle_with_args(const struct device_node *np, const char *list_name, const char *cells_name);

static inline int of_parse_phandle_with_args(const struct device_node *np, const char *list_name,
					     const char *cells_name, int index,
					     struct of_phandle_args *out_args)
{
	return __of_parse_phandle_with_args(np, list_name, cells_name, cells_name ? -1 : 0, index, out_args);
}

static inline int of_parse_phandle_with_fixed_args(const struct device_node *np, const char *list_name,
						   int cell_count, int index,
						   struct of_phandle_args *out_args)
{
	return __of_parse_phandle_with_args(np, list_name, NULL, cell_count, index, out_args);
}

static inline int of_parse_phandle_with_optional_args(const struct device_node *np, const char *list_name,
						      const char *cells_name, int index,
						      struct of_phandle_args *out_args)
{
	return __of_parse_phandle_with_args(np, list_name, cells_name, 0, index, out_args);
}

static inline struct device_node *of_parse_phandle(const struct device_node *np, const char *phandle_name,
						   int index)
{
	struct of_phandle_args args;

	if (__of_parse_phandle_with_args(np, phandle_name, NULL, 0, index, &args))
		return NULL;
	return args.np;
}

static inline bool of_phandle_args_equal(const struct of_phandle_args *a, const struct of_phandle_args *b)
{
	return a->np == b->np && a->args_count == b->args_count &&
	       !memcmp(a->args, b->args, sizeof(a->args[0]) * a->args_count);
}

static inline bool of_property_read_bool(const struct device_node *np, const char *propname)
{
	return of_find_property(np, propname, NULL) != NULL;
}

static inline bool of_property_present(const struct device_node *np, const char *propname)
{
	return of_property_read_bool(np, propname);
}

static inline int of_property_count_u8_elems(const struct device_node *np, const char *propname)
{
	return of_property_count_elems_of_size(np, propname, sizeof(u8));
}

static inline int of_property_count_u16_elems(const struct device_node *np, const char *propname)
{
	return of_property_count_elems_of_size(np, propname, sizeof(u16));
}

static inline int of_property_count_u32_elems(const struct device_node *np, const char *propname)
{
	return of_property_count_elems_of_size(np, propname, sizeof(u32));
}

static inline int of_property_count_u64_elems(const struct device_node *np, const char *propname)
{
	return of_property_count_elems_of_size(np, propname, sizeof(u64));
}

#define __OF_READ_ARRAY(type) \
	static inline int of_property_read_##type##_array(const struct device_node *np, \
							  const char *propname, type *out, size_t sz) \
	{ \
		int ret = of_property_read_variable_##type##_array(np, propname, out, sz, 0); \
		return ret < 0 ? ret : 0; \
	}
__OF_READ_ARRAY(u8)
__OF_READ_ARRAY(u16)
__OF_READ_ARRAY(u32)
__OF_READ_ARRAY(u64)
#undef __OF_READ_ARRAY

static inline int of_property_read_u8(const struct device_node *np, const char *propname, u8 *out)
{
	return of_property_read_u8_array(np, propname, out, 1);
}

static inline int of_property_read_u16(const struct device_node *np, const char *propname, u16 *out)
{
	return of_property_read_u16_array(np, propname, out, 1);
}

static inline int of_property_read_u32(const struct device_node *np, const char *propname, u32 *out)
{
	return of_property_read_u32_array(np, propname, out, 1);
}

static inline int of_property_read_s32(const struct device_node *np, const char *propname, s32 *out)
{
	return of_property_read_u32(np, propname, (u32 *)out);
}

static inline int of_property_read_string_array(const struct device_node *np, const char *propname,
						const char **out, size_t sz)
{
	return of_property_read_string_helper(np, propname, out, sz, 0);
}

static inline int of_property_count_strings(const struct device_node *np, const char *propname)
{
	return of_property_read_string_helper(np, propname, NULL, 0, 0);
}

static inline int of_property_read_string_index(const struct device_node *np, const char *propname,
						int index, const char **output)
{
	int rc = of_property_read_string_helper(np, propname, output, 1, index);

	return rc < 0 ? rc : 0;
}

static inline const char *of_node_get_device_type(const struct device_node *np)
{
	return of_get_property(np, "device_type", NULL);
}

static inline bool of_node_is_type(const struct device_node *np, const char *type)
{
	const char *match = of_node_get_device_type(np);

	return np && match && type && !strcmp(match, type);
}

#define of_compat_cmp(s1, s2, l)	strcasecmp((s1), (s2))
#define of_prop_cmp(s1, s2)		strcmp((s1), (s2))
#define of_node_cmp(s1, s2)		strcasecmp((s1), (s2))
#define of_match_ptr(_ptr)		(_ptr)

#define for_each_property_of_node(dn, pp) \
	for (pp = (dn)->properties; pp != NULL; pp = pp->next)
#define of_property_for_each_u32(np, propname, u) \
	for (struct { const struct property *prop; const __be32 *item; } _it = { \
		     of_find_property(np, propname, NULL), of_prop_next_u32(_it.prop, NULL, &u) }; \
	     _it.item; _it.item = of_prop_next_u32(_it.prop, _it.item, &u))
#define of_property_for_each_string(np, propname, prop, s) \
	for (prop = of_find_property(np, propname, NULL), s = of_prop_next_string(prop, NULL); \
	     s; s = of_prop_next_string(prop, s))
#define for_each_node_by_name(dn, name) \
	for (dn = of_find_node_by_name(NULL, name); dn; dn = of_find_node_by_name(dn, name))
#define for_each_node_by_type(dn, type) \
	for (dn = of_find_node_by_type(NULL, type); dn; dn = of_find_node_by_type(dn, type))
#define for_each_compatible_node(dn, type, compatible) \
	for (dn = of_find_compatible_node(NULL, type, compatible); dn; \
	     dn = of_find_compatible_node(dn, type, compatible))
#define for_each_matching_node(dn, matches) \
	for (dn = of_find_matching_node(NULL, matches); dn; dn = of_find_matching_node(dn, matches))
#define for_each_matching_node_and_match(dn, matches, match) \
	for (dn = of_find_matching_node_and_match(NULL, matches, match); dn; \
	     dn = of_find_matching_node_and_match(dn, matches, match))
#define for_each_node_with_property(dn, prop_name) \
	for (dn = of_find_node_with_property(NULL, prop_name); dn; \
	     dn = of_find_node_with_property(dn, prop_name))
#define for_each_child_of_node(parent, child) \
	for (child = of_get_next_child(parent, NULL); child; child = of_get_next_child(parent, child))
#define for_each_child_of_node_scoped(parent, child) \
	for (struct device_node *child __free(device_node) = of_get_next_child(parent, NULL); child; \
	     child = of_get_next_child(parent, child))
#define for_each_available_child_of_node(parent, child) \
	for (child = of_get_next_available_child(parent, NULL); child; \
	     child = of_get_next_available_child(parent, child))
#define for_each_available_child_of_node_scoped(parent, child) \
	for (struct device_node *child __free(device_node) = of_get_next_available_child(parent, NULL); \
	     child; child = of_get_next_available_child(parent, child))

static inline int of_get_child_count(const struct device_node *np)
{
	struct device_node *child;
	int num = 0;

	for_each_child_of_node(np, child)
		num++;
	return num;
}

static inline int of_get_available_child_count(const struct device_node *np)
{
	struct device_node *child;
	int num = 0;

	for_each_available_child_of_node(np, child)
		num++;
	return num;
}

/* Tables that are collected over all drivers, and walked at boot. */
#define _OF_DECLARE(table, name, compat, fn, fn_type) \
	static const struct of_device_id __of_table_##name __used __section("__" #table "_of_table") = { \
		.compatible = compat, \
		.data = (fn == (fn_type)NULL) ? fn : fn, \
	}

typedef int (*of_init_fn_2)(struct device_node *, struct device_node *);
typedef int (*of_init_fn_1_ret)(struct device_node *);
typedef void (*of_init_fn_1)(struct device_node *);

#define OF_DECLARE_1(table, name, compat, fn)		_OF_DECLARE(table, name, compat, fn, of_init_fn_1)
#define OF_DECLARE_1_RET(table, name, compat, fn)	_OF_DECLARE(table, name, compat, fn, of_init_fn_1_ret)
#define OF_DECLARE_2(table, name, compat, fn)		_OF_DECLARE(table, name, compat, fn, of_init_fn_2)

bool of_console_check(const struct device_node *dn, char *name, int index);

#endif
