/* SPDX-License-Identifier: GPL-2.0-only */
/* Pulse width modulators: providers and consumers. */
#ifndef _LINUX_PWM_H
#define _LINUX_PWM_H

#include <linux/device.h>
#include <linux/err.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/of.h>

struct pwm_chip;

enum pwm_polarity {
	PWM_POLARITY_NORMAL,
	PWM_POLARITY_INVERSED,
};

/* What board or device tree ask of a line. */
struct pwm_args {
	u64 period;
	enum pwm_polarity polarity;
};

enum {
	PWMF_REQUESTED = 0,
	PWMF_EXPORTED = 1,
};

/* Times are in nanoseconds. */
struct pwm_state {
	u64 period;
	u64 duty_cycle;
	enum pwm_polarity polarity;
	bool enabled;
	bool usage_power;
};

struct pwm_device {
	const char *label;
	unsigned long flags;
	unsigned int hwpwm;
	struct pwm_chip *chip;
	struct pwm_args args;
	struct pwm_state state;
	struct pwm_state last;
};

struct pwm_capture {
	unsigned int period;
	unsigned int duty_cycle;
};

struct pwm_ops {
	int (*request)(struct pwm_chip *chip, struct pwm_device *pwm);
	void (*free)(struct pwm_chip *chip, struct pwm_device *pwm);
	int (*capture)(struct pwm_chip *chip, struct pwm_device *pwm, struct pwm_capture *result,
		unsigned long timeout);
	int (*apply)(struct pwm_chip *chip, struct pwm_device *pwm, const struct pwm_state *state);
	int (*get_state)(struct pwm_chip *chip, struct pwm_device *pwm, struct pwm_state *state);
};

struct pwm_chip {
	struct device dev;
	const struct pwm_ops *ops;
	struct module *owner;
	unsigned int id;
	unsigned int npwm;
	struct pwm_device *(*of_xlate)(struct pwm_chip *chip, const struct of_phandle_args *args);
	bool atomic;
	bool uses_pwmchip_alloc;
	/* The registry's entry, while the chip is added. */
	void *core;
	struct pwm_device pwms[];
};

int pwm_apply_might_sleep(struct pwm_device *pwm, const struct pwm_state *state);
int pwm_apply_atomic(struct pwm_device *pwm, const struct pwm_state *state);
int pwm_adjust_config(struct pwm_device *pwm);

struct pwm_chip *pwmchip_alloc(struct device *parent, unsigned int npwm, size_t sizeof_priv);
struct pwm_chip *devm_pwmchip_alloc(struct device *parent, unsigned int npwm, size_t sizeof_priv);
void pwmchip_put(struct pwm_chip *chip);
int __pwmchip_add(struct pwm_chip *chip, struct module *owner);
int __devm_pwmchip_add(struct device *dev, struct pwm_chip *chip, struct module *owner);
void pwmchip_remove(struct pwm_chip *chip);

#define pwmchip_add(chip)		__pwmchip_add(chip, THIS_MODULE)
#define devm_pwmchip_add(dev, chip)	__devm_pwmchip_add(dev, chip, THIS_MODULE)

struct pwm_device *of_pwm_xlate_with_flags(struct pwm_chip *chip, const struct of_phandle_args *args);
struct pwm_device *of_pwm_single_xlate(struct pwm_chip *chip, const struct of_phandle_args *args);

struct pwm_device *pwm_get(struct device *dev, const char *con_id);
void pwm_put(struct pwm_device *pwm);
struct pwm_device *devm_pwm_get(struct device *dev, const char *con_id);
struct pwm_device *devm_fwnode_pwm_get(struct device *dev, struct fwnode_handle *fwnode, const char *con_id);

static inline struct device *pwmchip_parent(const struct pwm_chip *chip)
{
	return chip->dev.parent;
}

static inline void *pwmchip_get_drvdata(struct pwm_chip *chip)
{
	return dev_get_drvdata(&chip->dev);
}

static inline void pwmchip_set_drvdata(struct pwm_chip *chip, void *data)
{
	dev_set_drvdata(&chip->dev, data);
}

static inline bool pwm_might_sleep(struct pwm_device *pwm)
{
	return !pwm->chip->atomic;
}

static inline void pwm_get_state(const struct pwm_device *pwm, struct pwm_state *state)
{
	*state = pwm->state;
}

static inline bool pwm_is_enabled(const struct pwm_device *pwm)
{
	return pwm->state.enabled;
}

static inline u64 pwm_get_period(const struct pwm_device *pwm)
{
	return pwm->state.period;
}

static inline u64 pwm_get_duty_cycle(const struct pwm_device *pwm)
{
	return pwm->state.duty_cycle;
}

static inline enum pwm_polarity pwm_get_polarity(const struct pwm_device *pwm)
{
	return pwm->state.polarity;
}

static inline void pwm_get_args(const struct pwm_device *pwm, struct pwm_args *args)
{
	*args = pwm->args;
}

/* The line's state, with the period and polarity that are asked of it, and never active. */
static inline void pwm_init_state(const struct pwm_device *pwm, struct pwm_state *state)
{
	*state = pwm->state;
	state->period = pwm->args.period;
	state->polarity = pwm->args.polarity;
	state->duty_cycle = 0;
	state->usage_power = false;
}

static inline unsigned int pwm_get_relative_duty_cycle(const struct pwm_state *state, unsigned int scale)
{
	return state->period ? DIV_ROUND_CLOSEST_ULL((u64)state->duty_cycle * scale, state->period) : 0;
}

static inline int pwm_set_relative_duty_cycle(struct pwm_state *state, unsigned int duty_cycle, unsigned int scale)
{
	if (scale == 0 || duty_cycle > scale)
		return -EINVAL;
	state->duty_cycle = DIV_ROUND_CLOSEST_ULL((u64)duty_cycle * state->period, scale);
	return 0;
}

static inline int pwm_config(struct pwm_device *pwm, int duty_ns, int period_ns)
{
	struct pwm_state wanted;

	if (!pwm || duty_ns < 0 || period_ns < 0)
		return -EINVAL;
	wanted = pwm->state;
	wanted.duty_cycle = duty_ns;
	wanted.period = period_ns;
	return pwm_apply_might_sleep(pwm, &wanted);
}

static inline int pwm_enable(struct pwm_device *pwm)
{
	struct pwm_state wanted;

	if (!pwm)
		return -EINVAL;
	wanted = pwm->state;
	wanted.enabled = true;
	return pwm_apply_might_sleep(pwm, &wanted);
}

static inline void pwm_disable(struct pwm_device *pwm)
{
	struct pwm_state wanted;

	if (!pwm)
		return;
	wanted = pwm->state;
	wanted.enabled = false;
	pwm_apply_might_sleep(pwm, &wanted);
}

/* Switches the line off, with the period and polarity that are asked of it. */
static inline void pwm_apply_args(struct pwm_device *pwm)
{
	struct pwm_state wanted = { .period = pwm->args.period, .polarity = pwm->args.polarity };

	pwm_apply_might_sleep(pwm, &wanted);
}

/* How boards without a device tree say who drives which line. */
struct pwm_lookup {
	struct list_head list;
	const char *provider;
	unsigned int index;
	const char *dev_id;
	const char *con_id;
	unsigned int period;
	enum pwm_polarity polarity;
	const char *module;
};

#define PWM_LOOKUP_WITH_MODULE(_provider, _index, _dev_id, _con_id, _period, _polarity, _module)	\
	{												\
		.provider = _provider, .index = _index, .dev_id = _dev_id, .con_id = _con_id,		\
		.period = _period, .polarity = _polarity, .module = _module,				\
	}
#define PWM_LOOKUP(_provider, _index, _dev_id, _con_id, _period, _polarity) \
	PWM_LOOKUP_WITH_MODULE(_provider, _index, _dev_id, _con_id, _period, _polarity, NULL)

void pwm_add_table(struct pwm_lookup *table, size_t num);
void pwm_remove_table(struct pwm_lookup *table, size_t num);

#endif
