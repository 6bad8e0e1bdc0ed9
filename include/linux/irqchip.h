/* SPDX-License-Identifier: GPL-2.0-only */
/* How drivers of interrupt controllers are declared. */
#ifndef _LINUX_IRQCHIP_H
#define _LINUX_IRQCHIP_H

#include <linux/module.h>
#include <linux/of.h>
#include <linux/of_irq.h>
#include <linux/platform_device.h>

/* The function itself, if it is one that a controller is begun by; else it does not compile. */
#define typecheck_irq_init_cb(fn) \
	__builtin_choose_expr(__builtin_types_compatible_p(typeof(&fn), of_irq_init_cb_t), fn, (void)0)

/* Begun at boot, parents before children. */
#define IRQCHIP_DECLARE(name, compat, fn) \
	OF_DECLARE_2(irqchip, name, compat, typecheck_irq_init_cb(fn))

int platform_irqchip_probe(struct platform_device *pdev);

#define IRQCHIP_PLATFORM_DRIVER_BEGIN(drv_name) \
	static const struct of_device_id drv_name##_irqchip_match_table[] = {

#define IRQCHIP_MATCH(compat, fn)	{ .compatible = compat, .data = typecheck_irq_init_cb(fn), },

#define IRQCHIP_PLATFORM_DRIVER_END(drv_name, ...) \
		{}, \
	}; \
	MODULE_DEVICE_TABLE(of, drv_name##_irqchip_match_table); \
	static struct platform_driver drv_name##_driver = { \
		.probe = platform_irqchip_probe, \
		.driver = { \
			.name = #drv_name, \
			.owner = THIS_MODULE, \
			.of_match_table = drv_name##_irqchip_match_table, \
			.suppress_bind_attrs = true, \
			__VA_ARGS__ \
		}, \
	}; \
	builtin_platform_driver(drv_name##_driver)

#endif
