/* SPDX-License-Identifier: GPL-2.0-only */
/* Pin states, for those who want their pins set. */
#ifndef _LINUX_PINCTRL_CONSUMER_H
#define _LINUX_PINCTRL_CONSUMER_H

#include <linux/err.h>
#include <linux/types.h>
#include <linux/pinctrl/pinctrl-state.h>

struct device;
struct gpio_chip;
struct pinctrl;
struct pinctrl_state;

bool pinctrl_gpio_can_use_line(struct gpio_chip *gc, unsigned int offset);
int pinctrl_gpio_request(struct gpio_chip *gc, unsigned int offset);
void pinctrl_gpio_free(struct gpio_chip *gc, unsigned int offset);
int pinctrl_gpio_direction_input(struct gpio_chip *gc, unsigned int offset);
int pinctrl_gpio_direction_output(struct gpio_chip *gc, unsigned int offset);
int pinctrl_gpio_set_config(struct gpio_chip *gc, unsigned int offset, unsigned long config);

struct pinctrl *__must_check pinctrl_get(struct device *dev);
void pinctrl_put(struct pinctrl *p);
struct pinctrl_state *__must_check pinctrl_lookup_state(struct pinctrl *p, const char *name);
int pinctrl_select_state(struct pinctrl *p, struct pinctrl_state *s);
struct pinctrl *__must_check devm_pinctrl_get(struct device *dev);
void devm_pinctrl_put(struct pinctrl *p);
int pinctrl_select_default_state(struct device *dev);
int pinctrl_pm_select_default_state(struct device *dev);
int pinctrl_pm_select_sleep_state(struct device *dev);
int pinctrl_pm_select_idle_state(struct device *dev);

#define __PINCTRL_GET_SELECT(_name, _get, _put) \
	static inline struct pinctrl *__must_check _name(struct device *dev, const char *name) \
	{ \
		struct pinctrl *p = _get(dev); \
		struct pinctrl_state *s; \
		int ret; \
\
		if (IS_ERR(p)) \
			return p; \
		s = pinctrl_lookup_state(p, name); \
		ret = IS_ERR(s) ? PTR_ERR(s) : pinctrl_select_state(p, s); \
		if (ret < 0) { \
			_put(p); \
			return ERR_PTR(ret); \
		} \
		return p; \
	}
__PINCTRL_GET_SELECT(pinctrl_get_select, pinctrl_get, pinctrl_put)
__PINCTRL_GET_SELECT(devm_pinctrl_get_select, devm_pinctrl_get, devm_pinctrl_put)
#undef __PINCTRL_GET_SELECT

static inline struct pinctrl *__must_check pinctrl_get_select_default(struct device *dev)
{
	return pinctrl_get_select(dev, PINCTRL_STATE_DEFAULT);
}

static inline struct pinctrl *__must_check devm_pinctrl_get_select_default(struct device *dev)
{
	return devm_pinctrl_get_select(dev, PINCTRL_STATE_DEFAULT);
}

#endif
