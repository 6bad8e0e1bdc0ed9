/* SPDX-License-Identifier: GPL-2.0-only */
/* Clocks, for those who use them. A NULL clock is one that is not there: every function accepts it and does nothing. */
#ifndef _LINUX_CLK_H
#define _LINUX_CLK_H

#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/notifier.h>

struct device;
struct clk;
struct device_node;
struct of_phandle_args;

/* Events of a clk_notifier: what is about to happen, what happened, what did not happen after all. */
#define PRE_RATE_CHANGE		BIT(0)
#define POST_RATE_CHANGE	BIT(1)
#define ABORT_RATE_CHANGE	BIT(2)

/* What comes with an event; clk is the one that the notifier was registered with. */
struct clk_notifier_data {
	struct clk *clk;
	unsigned long old_rate;
	unsigned long new_rate;
};

struct clk_bulk_data {
	const char *id;
	struct clk *clk;
};

/* Rate changes: clk is the handle that was registered with. */
int clk_notifier_register(struct clk *clk, struct notifier_block *nb);
int clk_notifier_unregister(struct clk *clk, struct notifier_block *nb);
int devm_clk_notifier_register(struct device *dev, struct clk *clk, struct notifier_block *nb);

/* Getting and letting go. The id is a name in clock-names, NULL for the first clock; or a connection of clkdev. */
struct clk *clk_get(struct device *dev, const char *id);
int __must_check clk_bulk_get(struct device *dev, int num_clks, struct clk_bulk_data *clks);
int __must_check clk_bulk_get_all(struct device *dev, struct clk_bulk_data **clks);
int __must_check clk_bulk_get_optional(struct device *dev, int num_clks, struct clk_bulk_data *clks);
int __must_check devm_clk_bulk_get(struct device *dev, int num_clks, struct clk_bulk_data *clks);
int __must_check devm_clk_bulk_get_optional(struct device *dev, int num_clks, struct clk_bulk_data *clks);
int __must_check devm_clk_bulk_get_all(struct device *dev, struct clk_bulk_data **clks);
int __must_check devm_clk_bulk_get_all_enable(struct device *dev, struct clk_bulk_data **clks);
struct clk *devm_clk_get(struct device *dev, const char *id);
struct clk *devm_clk_get_prepared(struct device *dev, const char *id);
struct clk *devm_clk_get_enabled(struct device *dev, const char *id);
struct clk *devm_clk_get_optional(struct device *dev, const char *id);
struct clk *devm_clk_get_optional_prepared(struct device *dev, const char *id);
struct clk *devm_clk_get_optional_enabled(struct device *dev, const char *id);
struct clk *devm_clk_get_optional_enabled_with_rate(struct device *dev, const char *id, unsigned long rate);
struct clk *clk_get_sys(const char *dev_id, const char *con_id);
struct clk *of_clk_get(struct device_node *np, int index);
struct clk *of_clk_get_by_name(struct device_node *np, const char *name);
struct clk *of_clk_get_from_provider(struct of_phandle_args *clkspec);
struct clk *devm_get_clk_from_child(struct device *dev, struct device_node *np, const char *con_id);
void clk_put(struct clk *clk);
void clk_bulk_put(int num_clks, struct clk_bulk_data *clks);
void clk_bulk_put_all(int num_clks, struct clk_bulk_data *clks);
void devm_clk_put(struct device *dev, struct clk *clk);

/* Switching: prepare may sleep, enable may not. */
int clk_prepare(struct clk *clk);
int __must_check clk_bulk_prepare(int num_clks, const struct clk_bulk_data *clks);
void clk_unprepare(struct clk *clk);
void clk_bulk_unprepare(int num_clks, const struct clk_bulk_data *clks);
bool clk_is_enabled_when_prepared(struct clk *clk);
int clk_enable(struct clk *clk);
int __must_check clk_bulk_enable(int num_clks, const struct clk_bulk_data *clks);
void clk_disable(struct clk *clk);
void clk_bulk_disable(int num_clks, const struct clk_bulk_data *clks);

/* Rates in hertz, limits, exclusive use. */
unsigned long clk_get_rate(struct clk *clk);
long clk_round_rate(struct clk *clk, unsigned long rate);
int clk_set_rate(struct clk *clk, unsigned long rate);
int clk_set_rate_exclusive(struct clk *clk, unsigned long rate);
int clk_rate_exclusive_get(struct clk *clk);
int devm_clk_rate_exclusive_get(struct device *dev, struct clk *clk);
void clk_rate_exclusive_put(struct clk *clk);
int clk_set_rate_range(struct clk *clk, unsigned long min, unsigned long max);
int clk_set_min_rate(struct clk *clk, unsigned long rate);
int clk_set_max_rate(struct clk *clk, unsigned long rate);

/* Parents, accuracy in parts per billion, phase in degrees, duty cycle. */
bool clk_has_parent(const struct clk *clk, const struct clk *parent);
int clk_set_parent(struct clk *clk, struct clk *parent);
struct clk *clk_get_parent(struct clk *clk);
bool clk_is_match(const struct clk *p, const struct clk *q);
long clk_get_accuracy(struct clk *clk);
int clk_set_phase(struct clk *clk, int degrees);
int clk_get_phase(struct clk *clk);
int clk_set_duty_cycle(struct clk *clk, unsigned int num, unsigned int den);
int clk_get_scaled_duty_cycle(struct clk *clk, unsigned int scale);

static inline int clk_prepare_enable(struct clk *clk)
{
	int err = clk_prepare(clk);

	if (!err) {
		err = clk_enable(clk);
		if (err)
			clk_unprepare(clk);
	}
	return err;
}

static inline void clk_disable_unprepare(struct clk *clk)
{
	clk_disable(clk);
	clk_unprepare(clk);
}

static inline int __must_check clk_bulk_prepare_enable(int num_clks, const struct clk_bulk_data *clks)
{
	int err = clk_bulk_prepare(num_clks, clks);

	if (!err) {
		err = clk_bulk_enable(num_clks, clks);
		if (err)
			clk_bulk_unprepare(num_clks, clks);
	}
	return err;
}

static inline void clk_bulk_disable_unprepare(int num_clks, const struct clk_bulk_data *clks)
{
	clk_bulk_disable(num_clks, clks);
	clk_bulk_unprepare(num_clks, clks);
}

static inline int clk_drop_range(struct clk *clk)
{
	return clk_set_rate_range(clk, 0, ULONG_MAX);
}

static inline struct clk *clk_get_optional(struct device *dev, const char *id)
{
	struct clk *clk = clk_get(dev, id);

	return clk == ERR_PTR(-ENOENT) ? NULL : clk;
}

#endif
