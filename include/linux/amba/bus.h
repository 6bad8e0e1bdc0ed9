/* SPDX-License-Identifier: GPL-2.0-only */
/* The AMBA bus: Arm PrimeCells, told apart by identification registers. */
#ifndef _LINUX_AMBA_BUS_H
#define _LINUX_AMBA_BUS_H

#include <linux/clk.h>
#include <linux/device.h>
#include <linux/mod_devicetable.h>
#include <linux/err.h>
#include <linux/ioport.h>
#include <linux/regulator/consumer.h>

#define AMBA_NR_IRQS	9
#define AMBA_CID	0xb105f00d
#define CORESIGHT_CID	0xb105900d

struct amba_device {
	struct device dev;
	struct resource res;
	struct clk *pclk;
	struct device_dma_parameters dma_parms;
	unsigned int periphid;
	struct mutex periphid_lock;
	unsigned int cid;
	unsigned int irq[AMBA_NR_IRQS];
	const char *driver_override;
};

struct amba_driver {
	struct device_driver drv;
	int (*probe)(struct amba_device *adev, const struct amba_id *id);
	void (*remove)(struct amba_device *adev);
	void (*shutdown)(struct amba_device *adev);
	const struct amba_id *id_table;
	bool driver_managed_dma;
};

enum amba_vendor {
	AMBA_VENDOR_ARM = 0x41,
	AMBA_VENDOR_ST = 0x80,
	AMBA_VENDOR_QCOM = 0x51,
	AMBA_VENDOR_LSI = 0xb6,
};

extern const struct bus_type amba_bustype;

#define to_amba_device(d)	container_of_const(d, struct amba_device, dev)
#define amba_get_drvdata(d)	dev_get_drvdata(&(d)->dev)
#define amba_set_drvdata(d, p)	dev_set_drvdata(&(d)->dev, p)

int __amba_driver_register(struct amba_driver *drv, struct module *owner);
#define amba_driver_register(drv)	__amba_driver_register(drv, THIS_MODULE)
void amba_driver_unregister(struct amba_driver *drv);

int amba_request_regions(struct amba_device *adev, const char *name);
void amba_release_regions(struct amba_device *adev);

#define AMBA_CONFIG_BITS(a)	(((a) >> 24) & 0xff)
#define AMBA_REV_BITS(a)	(((a) >> 20) & 0x0f)
#define AMBA_MANF_BITS(a)	(((a) >> 12) & 0xff)
#define AMBA_PART_BITS(a)	((a) & 0xfff)
#define amba_config(d)		AMBA_CONFIG_BITS((d)->periphid)
#define amba_rev(d)		AMBA_REV_BITS((d)->periphid)
#define amba_manf(d)		AMBA_MANF_BITS((d)->periphid)
#define amba_part(d)		AMBA_PART_BITS((d)->periphid)

#define module_amba_driver(__amba_drv) \
	module_driver(__amba_drv, amba_driver_register, amba_driver_unregister)
#define builtin_amba_driver(__amba_drv)	builtin_driver(__amba_drv, amba_driver_register)

#endif
