/* SPDX-License-Identifier: GPL-2.0-only */
/* Registers of a SoC that belong to several drivers. */
#ifndef _LINUX_MFD_SYSCON_H
#define _LINUX_MFD_SYSCON_H

#include <linux/err.h>
#include <linux/errno.h>

struct device_node;
struct regmap;

struct regmap *device_node_to_regmap(struct device_node *np);
struct regmap *syscon_node_to_regmap(struct device_node *np);
struct regmap *syscon_regmap_lookup_by_compatible(const char *s);
struct regmap *syscon_regmap_lookup_by_phandle(struct device_node *np, const char *property);
struct regmap *syscon_regmap_lookup_by_phandle_args(struct device_node *np, const char *property,
						    int arg_count, unsigned int *out_args);
struct regmap *syscon_regmap_lookup_by_phandle_optional(struct device_node *np, const char *property);
int of_syscon_register_regmap(struct device_node *np, struct regmap *regmap);

#endif
