/* SPDX-License-Identifier: GPL-2.0-only */
/* Our own stand-in for the private header of Linux's regulator core: what its helpers use. */
#ifndef _DRIVERS_REGULATOR_INTERNAL_H
#define _DRIVERS_REGULATOR_INTERNAL_H

struct regulator_dev;

/* A consumer's; the rest is the shim's. */
struct regulator {
	/* Tells regulators apart; not to be followed. */
	struct regulator_dev *rdev;
};

#endif
