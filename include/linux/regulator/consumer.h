/* SPDX-License-Identifier: GPL-2.0-only */
/* Power supplies, for those who draw from them. Voltages in microvolts, currents in microamperes. */
#ifndef _LINUX_REGULATOR_CONSUMER_H
#define _LINUX_REGULATOR_CONSUMER_H

#include <linux/err.h>
#include <linux/suspend.h>
#include <regulator/regulator.h>

struct device;
struct device_node;
struct notifier_block;
struct regmap;
struct regulator;
struct regulator_dev;

/* Operating modes: a faster one reacts to the load faster and draws more itself. */
#define REGULATOR_MODE_INVALID	0x0
#define REGULATOR_MODE_FAST	0x1
#define REGULATOR_MODE_NORMAL	0x2
#define REGULATOR_MODE_IDLE	0x4
#define REGULATOR_MODE_STANDBY	0x8

/* What regulator_get_error_flags() finds. */
#define REGULATOR_ERROR_UNDER_VOLTAGE		BIT(1)
#define REGULATOR_ERROR_OVER_CURRENT		BIT(2)
#define REGULATOR_ERROR_REGULATION_OUT		BIT(3)
#define REGULATOR_ERROR_FAIL			BIT(4)
#define REGULATOR_ERROR_OVER_TEMP		BIT(5)
#define REGULATOR_ERROR_UNDER_VOLTAGE_WARN	BIT(6)
#define REGULATOR_ERROR_OVER_CURRENT_WARN	BIT(7)
#define REGULATOR_ERROR_OVER_VOLTAGE_WARN	BIT(8)
#define REGULATOR_ERROR_OVER_TEMP_WARN		BIT(9)

/* What comes with REGULATOR_EVENT_PRE_VOLTAGE_CHANGE. */
struct pre_voltage_change_data {
	unsigned long old_uV;
	unsigned long min_uV;
	unsigned long max_uV;
};

struct regulator_bulk_data {
	const char *supply;
	struct regulator *consumer;
	int init_load_uA;
	int ret;
};

struct regulator *__must_check regulator_get(struct device *dev, const char *id);
struct regulator *__must_check devm_regulator_get(struct device *dev, const char *id);
struct regulator *__must_check regulator_get_exclusive(struct device *dev, const char *id);
struct regulator *__must_check devm_regulator_get_exclusive(struct device *dev, const char *id);
struct regulator *__must_check regulator_get_optional(struct device *dev, const char *id);
struct regulator *__must_check devm_regulator_get_optional(struct device *dev, const char *id);
int devm_regulator_get_enable(struct device *dev, const char *id);
int devm_regulator_get_enable_optional(struct device *dev, const char *id);
int devm_regulator_get_enable_read_voltage(struct device *dev, const char *id);
void regulator_put(struct regulator *regulator);
int __must_check regulator_enable(struct regulator *regulator);
int regulator_disable(struct regulator *regulator);
int regulator_force_disable(struct regulator *regulator);
int regulator_is_enabled(struct regulator *regulator);
int __must_check regulator_bulk_get(struct device *dev, int num_consumers,
		struct regulator_bulk_data *consumers);
int __must_check devm_regulator_bulk_get(struct device *dev, int num_consumers,
		struct regulator_bulk_data *consumers);
int __must_check devm_regulator_bulk_get_exclusive(struct device *dev, int num_consumers,
		struct regulator_bulk_data *consumers);
int __must_check regulator_bulk_enable(int num_consumers, struct regulator_bulk_data *consumers);
int devm_regulator_bulk_get_enable(struct device *dev, int num_consumers, const char *const *id);
int regulator_bulk_disable(int num_consumers, struct regulator_bulk_data *consumers);
int regulator_bulk_force_disable(int num_consumers, struct regulator_bulk_data *consumers);
void regulator_bulk_free(int num_consumers, struct regulator_bulk_data *consumers);
int regulator_count_voltages(struct regulator *regulator);
int regulator_list_voltage(struct regulator *regulator, unsigned selector);
int regulator_is_supported_voltage(struct regulator *regulator, int min_uV, int max_uV);
int regulator_set_voltage(struct regulator *regulator, int min_uV, int max_uV);
int regulator_get_voltage(struct regulator *regulator);
int regulator_sync_voltage(struct regulator *regulator);
int regulator_set_current_limit(struct regulator *regulator, int min_uA, int max_uA);
int regulator_get_current_limit(struct regulator *regulator);
int regulator_set_mode(struct regulator *regulator, unsigned int mode);
unsigned int regulator_get_mode(struct regulator *regulator);
int regulator_get_error_flags(struct regulator *regulator, unsigned int *flags);
int regulator_set_load(struct regulator *regulator, int load_uA);
int regulator_allow_bypass(struct regulator *regulator, bool allow);
struct regmap *regulator_get_regmap(struct regulator *regulator);
int regulator_register_notifier(struct regulator *regulator, struct notifier_block *nb);
int regulator_unregister_notifier(struct regulator *regulator, struct notifier_block *nb);
void *regulator_get_drvdata(struct regulator *regulator);
void regulator_set_drvdata(struct regulator *regulator, void *data);
void regulator_bulk_set_supply_names(struct regulator_bulk_data *consumers, const char *const *supply_names,
		unsigned int num_supplies);
bool regulator_is_equal(struct regulator *reg1, struct regulator *reg2);

/* The target voltage, or else any from the lowest on. */
static inline int regulator_set_voltage_triplet(struct regulator *regulator, int min_uV, int target_uV, int max_uV)
{
	if (!regulator_set_voltage(regulator, target_uV, max_uV))
		return 0;
	return regulator_set_voltage(regulator, min_uV, max_uV);
}

/* The voltage or a little more, or else a little less. */
static inline int regulator_set_voltage_tol(struct regulator *regulator, int new_uV, int tol_uV)
{
	return regulator_set_voltage_triplet(regulator, new_uV - tol_uV, new_uV, new_uV + tol_uV);
}

static inline int regulator_is_supported_voltage_tol(struct regulator *regulator, int target_uV, int tol_uV)
{
	return regulator_is_supported_voltage(regulator, target_uV - tol_uV, target_uV + tol_uV);
}

#endif
