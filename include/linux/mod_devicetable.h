/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables by which drivers say what they serve. */
#ifndef _LINUX_MOD_DEVICETABLE_H
#define _LINUX_MOD_DEVICETABLE_H

#include <linux/types.h>
#include <linux/uuid.h>

typedef unsigned long kernel_ulong_t;

struct of_device_id {
	char name[32];
	char type[32];
	char compatible[128];
	const void *data;
};

#define PLATFORM_NAME_SIZE	24
#define PLATFORM_MODULE_PREFIX	"platform:"

struct platform_device_id {
	char name[PLATFORM_NAME_SIZE];
	kernel_ulong_t driver_data;
};

#define I2C_NAME_SIZE		20
#define I2C_MODULE_PREFIX	"i2c:"

struct i2c_device_id {
	char name[I2C_NAME_SIZE];
	kernel_ulong_t driver_data;
};

#define SPI_NAME_SIZE		32
#define SPI_MODULE_PREFIX	"spi:"

struct spi_device_id {
	char name[SPI_NAME_SIZE];
	kernel_ulong_t driver_data;
};

#define ACPI_ID_LEN	16

/* No ACPI here: drivers that list such identifiers compile, and nothing matches them. */
struct acpi_device_id {
	__u8 id[ACPI_ID_LEN];
	kernel_ulong_t driver_data;
	__u32 cls;
	__u32 cls_msk;
};

struct amba_id {
	unsigned int id;
	unsigned int mask;
	void *data;
};

#define MDIO_NAME_SIZE		32
#define MDIO_MODULE_PREFIX	"mdio:"
/* An identifier as 32 digits, the highest bit first. */
#define __MDIO_ID_DIGITS	"%u%u%u%u%u%u%u%u"
#define MDIO_ID_FMT		__MDIO_ID_DIGITS __MDIO_ID_DIGITS __MDIO_ID_DIGITS __MDIO_ID_DIGITS
#define __MDIO_ID_BIT(id, n)	(((id) >> (n)) & 1)
#define __MDIO_ID_BITS(id, n) \
	__MDIO_ID_BIT(id, (n) + 7), __MDIO_ID_BIT(id, (n) + 6), __MDIO_ID_BIT(id, (n) + 5), \
	__MDIO_ID_BIT(id, (n) + 4), __MDIO_ID_BIT(id, (n) + 3), __MDIO_ID_BIT(id, (n) + 2), \
	__MDIO_ID_BIT(id, (n) + 1), __MDIO_ID_BIT(id, n)
#define MDIO_ID_ARGS(_id) \
	__MDIO_ID_BITS(_id, 24), __MDIO_ID_BITS(_id, 16), __MDIO_ID_BITS(_id, 8), __MDIO_ID_BITS(_id, 0)

struct mdio_device_id {
	__u32 phy_id;
	__u32 phy_id_mask;
};

struct virtio_device_id {
	__u32 device;
	__u32 vendor;
};

#define VIRTIO_DEV_ANY_ID	0xffffffff

#define PCI_ANY_ID (~0)

struct pci_device_id {
	__u32 vendor, device;
	__u32 subvendor, subdevice;
	__u32 class, class_mask;
	kernel_ulong_t driver_data;
	__u32 override_only;
};

struct sdio_device_id {
	__u8 class;
	__u16 vendor;
	__u16 device;
	kernel_ulong_t driver_data;
};

#define AUXILIARY_NAME_SIZE	40
#define AUXILIARY_MODULE_PREFIX	"auxiliary:"

struct auxiliary_device_id {
	char name[AUXILIARY_NAME_SIZE];
	kernel_ulong_t driver_data;
};

#endif
