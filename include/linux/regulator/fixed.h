/* SPDX-License-Identifier: GPL-2.0-only */
/* Regulators of one voltage. */
#ifndef _LINUX_REGULATOR_FIXED_H
#define _LINUX_REGULATOR_FIXED_H

struct regulator_init_data;

struct fixed_voltage_config {
	const char *supply_name;
	const char *input_supply;
	int microvolts;
	unsigned startup_delay;
	unsigned int off_on_delay;
	unsigned enabled_at_boot:1;
	struct regulator_init_data *init_data;
};

#endif
