/* SPDX-License-Identifier: GPL-2.0-only */
/* What states of devices ask of pin controllers. */
#ifndef _LINUX_PINCTRL_MACHINE_H
#define _LINUX_PINCTRL_MACHINE_H

#include <linux/array_size.h>
#include <linux/pinctrl/pinctrl-state.h>

enum pinctrl_map_type {
	PIN_MAP_TYPE_INVALID,
	PIN_MAP_TYPE_DUMMY_STATE,
	PIN_MAP_TYPE_MUX_GROUP,
	PIN_MAP_TYPE_CONFIGS_PIN,
	PIN_MAP_TYPE_CONFIGS_GROUP,
};

struct pinctrl_map_mux {
	const char *group;
	const char *function;
};

struct pinctrl_map_configs {
	const char *group_or_pin;
	unsigned long *configs;
	unsigned int num_configs;
};

struct pinctrl_map {
	const char *dev_name;
	const char *name;
	enum pinctrl_map_type type;
	const char *ctrl_dev_name;
	union {
		struct pinctrl_map_mux mux;
		struct pinctrl_map_configs configs;
	} data;
};

#define PIN_MAP_DUMMY_STATE(dev, state) \
	{ .dev_name = dev, .name = state, .type = PIN_MAP_TYPE_DUMMY_STATE, }
#define PIN_MAP_MUX_GROUP(dev, state, pinctrl, grp, func) \
	{ \
		.dev_name = dev, .name = state, .type = PIN_MAP_TYPE_MUX_GROUP, .ctrl_dev_name = pinctrl, \
		.data.mux = { .group = grp, .function = func, }, \
	}
#define PIN_MAP_MUX_GROUP_DEFAULT(dev, pinctrl, grp, func) \
	PIN_MAP_MUX_GROUP(dev, PINCTRL_STATE_DEFAULT, pinctrl, grp, func)
#define PIN_MAP_MUX_GROUP_HOG(dev, state, grp, func)	PIN_MAP_MUX_GROUP(dev, state, dev, grp, func)
#define PIN_MAP_MUX_GROUP_HOG_DEFAULT(dev, grp, func) \
	PIN_MAP_MUX_GROUP(dev, PINCTRL_STATE_DEFAULT, dev, grp, func)

#define __PIN_MAP_CONFIGS(_type, dev, state, pinctrl, what, cfgs) \
	{ \
		.dev_name = dev, .name = state, .type = _type, .ctrl_dev_name = pinctrl, \
		.data.configs = { .group_or_pin = what, .configs = cfgs, .num_configs = ARRAY_SIZE(cfgs), }, \
	}
#define PIN_MAP_CONFIGS_PIN(dev, state, pinctrl, pin, cfgs) \
	__PIN_MAP_CONFIGS(PIN_MAP_TYPE_CONFIGS_PIN, dev, state, pinctrl, pin, cfgs)
#define PIN_MAP_CONFIGS_PIN_DEFAULT(dev, pinctrl, pin, cfgs) \
	PIN_MAP_CONFIGS_PIN(dev, PINCTRL_STATE_DEFAULT, pinctrl, pin, cfgs)
#define PIN_MAP_CONFIGS_PIN_HOG(dev, state, pin, cfgs)	PIN_MAP_CONFIGS_PIN(dev, state, dev, pin, cfgs)
#define PIN_MAP_CONFIGS_PIN_HOG_DEFAULT(dev, pin, cfgs) \
	PIN_MAP_CONFIGS_PIN(dev, PINCTRL_STATE_DEFAULT, dev, pin, cfgs)
#define PIN_MAP_CONFIGS_GROUP(dev, state, pinctrl, grp, cfgs) \
	__PIN_MAP_CONFIGS(PIN_MAP_TYPE_CONFIGS_GROUP, dev, state, pinctrl, grp, cfgs)
#define PIN_MAP_CONFIGS_GROUP_DEFAULT(dev, pinctrl, grp, cfgs) \
	PIN_MAP_CONFIGS_GROUP(dev, PINCTRL_STATE_DEFAULT, pinctrl, grp, cfgs)
#define PIN_MAP_CONFIGS_GROUP_HOG(dev, state, grp, cfgs) PIN_MAP_CONFIGS_GROUP(dev, state, dev, grp, cfgs)
#define PIN_MAP_CONFIGS_GROUP_HOG_DEFAULT(dev, grp, cfgs) \
	PIN_MAP_CONFIGS_GROUP(dev, PINCTRL_STATE_DEFAULT, dev, grp, cfgs)

/* pinctrl_register_mappings() is not there: states come from the device tree. */

#endif
