/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For drivers below drivers/pinctrl that include "../core.h". The pin control core is in Rust: its structs
 * are opaque here, and only what a driver may call is declared, by the public headers.
 */
#ifndef _DRIVERS_PINCTRL_CORE_H
#define _DRIVERS_PINCTRL_CORE_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>

#include <linux/pinctrl/machine.h>
#include <linux/pinctrl/pinctrl.h>

#endif
