/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The host has no PCI bus for ported drivers (CONFIG_PCI is off): devices are never on one. What drivers of devices that
 * may be on several buses need to compile is here; what registers a driver or reaches a device is not, so that drivers
 * of PCI devices do not compile.
 */
#ifndef _LINUX_PCI_H
#define _LINUX_PCI_H

#include <linux/device.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/interrupt.h>
#include <linux/mod_devicetable.h>
#include <linux/types.h>

struct pci_bus;

struct pci_dev {
	struct pci_bus *bus;
	unsigned int devfn;
	unsigned short vendor;
	unsigned short device;
	unsigned int irq;
	struct device dev;
};

#define to_pci_dev(n)	container_of(n, struct pci_dev, dev)
#define dev_is_pci(d)	(false)

#define PCI_DEVFN(slot, func)	((((slot) & 0x1f) << 3) | ((func) & 0x07))
#define PCI_SLOT(devfn)		(((devfn) >> 3) & 0x1f)
#define PCI_FUNC(devfn)		((devfn) & 0x07)

static inline const char *pci_name(const struct pci_dev *pdev)
{
	return dev_name(&pdev->dev);
}

static inline void *pci_get_drvdata(struct pci_dev *pdev)
{
	return dev_get_drvdata(&pdev->dev);
}

static inline void pci_set_drvdata(struct pci_dev *pdev, void *data)
{
	dev_set_drvdata(&pdev->dev, data);
}

#endif
