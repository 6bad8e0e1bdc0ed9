/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __CLOCKSOURCE_SAMSUNG_PWM_H
#define __CLOCKSOURCE_SAMSUNG_PWM_H

#include <linux/spinlock.h>
#include <linux/types.h>

#define SAMSUNG_PWM_NUM	5

/* Guards registers that the timer and the PWM driver share; of samsung_pwm_timer.c. */
extern raw_spinlock_t samsung_pwm_lock;

struct samsung_pwm_variant {
	u8 bits;
	u8 div_base;
	u8 tclk_mask;
	u8 output_mask;
	bool has_tint_cstat;
};

void samsung_pwm_clocksource_init(void __iomem *base, unsigned int *irqs, const struct samsung_pwm_variant *variant);

#endif
