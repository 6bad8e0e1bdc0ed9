/* SPDX-License-Identifier: GPL-2.0-only */
/* There are no ACPI tables: devices are described by device trees. */
#ifndef _LINUX_ACPI_H
#define _LINUX_ACPI_H

#include <linux/errno.h>
#include <linux/types.h>
#include <linux/mod_devicetable.h>
struct acpi_device;
struct device;
struct fwnode_handle;
typedef void *acpi_handle;
#define acpi_disabled 1
#define ACPI_PTR(_ptr) (NULL)
#define ACPI_HANDLE(dev) ((acpi_handle)NULL)
#define ACPI_COMPANION(dev) ((struct acpi_device *)NULL)
#define ACPI_COMPANION_SET(dev, adev) do { } while (0)
#define ACPI_HANDLE_FWNODE(fwnode) ((acpi_handle)NULL)
static inline bool is_acpi_node(const struct fwnode_handle *fwnode) { return false; }
static inline bool is_acpi_device_node(const struct fwnode_handle *fwnode) { return false; }
static inline bool has_acpi_companion(struct device *dev) { return false; }
static inline const char *acpi_dev_name(struct acpi_device *adev) { return NULL; }
static inline const struct acpi_device_id *acpi_match_device(const struct acpi_device_id *ids, const struct device *dev) { return NULL; }
static inline const void *acpi_device_get_match_data(const struct device *dev) { return NULL; }
static inline bool acpi_driver_match_device(struct device *dev, const void *drv) { return false; }
#define acpi_dev_put(adev) ((void)(adev))

#endif
